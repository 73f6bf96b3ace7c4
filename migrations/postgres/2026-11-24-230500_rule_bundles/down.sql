DROP TABLE rule_bundles;
DROP FUNCTION rule_bundles_next();
