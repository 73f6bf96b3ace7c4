DROP TABLE checkpoints;
DROP TABLE run_events;
DROP TABLE period_events;
DROP TABLE postings;
DROP TABLE txns;
DROP TABLE accounts;
DROP TABLE ledger_records;
