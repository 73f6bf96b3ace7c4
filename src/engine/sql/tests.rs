//! The exporter against PostgreSQL: expression by expression, and a whole small pack.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod answers;
mod differential;
mod duckdb;
mod tables;
mod whole;

/// Runs queries one by one and says what became of each: a value, or that it was refused.
const OUTCOME: &str = "
CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  EXECUTE query INTO found;
  RETURN 'value ' || COALESCE(found, 'NULL');
EXCEPTION WHEN OTHERS THEN
  RETURN 'refused ' || SQLSTATE || ' ' || SQLERRM;
END $$;
";
