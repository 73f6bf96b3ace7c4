-- The rules stay as this migration left them; taking it back is for starting over.
DROP VIEW ledger_projections;
