-- SQLite looks up one posting after another as it is inserted: nothing to change here.
SELECT 1;
