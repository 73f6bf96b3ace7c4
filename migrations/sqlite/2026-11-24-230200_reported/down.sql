DROP TABLE superseded_judgements;
DROP TABLE judgements;
DROP TABLE measures;
