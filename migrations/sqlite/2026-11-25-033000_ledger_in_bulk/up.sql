-- PostgreSQL checks records, transactions and postings once a statement from here on. SQLite has no triggers
-- but those of rows: its rules stay as they are.
SELECT 1;
