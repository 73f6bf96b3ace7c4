DROP TABLE rule_bundles;
