//! The rule language: TOML packs and SQL expressions to exact columnar evaluation.
