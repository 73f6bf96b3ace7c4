-- What is older stays as this migration left it; taking it back is for starting over.
DROP VIEW txn_moved;
DROP VIEW ledger_head;
DROP TABLE appeal_events;
DROP TABLE claim_events;
DROP TABLE order_lines;
DROP TABLE order_events;
DROP FUNCTION ledger_appeal_events_next();
DROP FUNCTION ledger_claim_events_next();
DROP FUNCTION ledger_order_lines_next();
DROP FUNCTION ledger_order_events_next();
