DROP TABLE superseded_judgements;
DROP TABLE judgements;
DROP TABLE measures;
DROP FUNCTION supersede_judgement();
DROP FUNCTION refuse_deletion();
