//! Installed rule bundles: only ever newer ones, and none forgotten.

use domain::DateRange;

use super::sample::at;
use crate::rule_bundles::{self, RuleBundle};
use crate::{StoreError, blobs, db_test};

fn bundle(pack: &str, sequence: u64, sha256: &str) -> RuleBundle {
    RuleBundle {
        pack: pack.to_owned(),
        sequence,
        version: "1.0.0".to_owned(),
        effective: DateRange {
            from: "2026-01-01".parse().unwrap(),
            to: None,
        },
        sha256: sha256.to_owned(),
        rules_sha256: "0".repeat(64),
        signer: Some("rules.example".to_owned()),
        tested_with: "0.1.0".to_owned(),
        installed_at: at("2026-04-02T08:00:00"),
        installed_by: "cli".to_owned(),
    }
}

db_test! {
    fn bundles_of_a_pack_only_ever_grow_newer(db) {
        let add = |pack: &str, sequence: u64| {
            db.store.write(|conn| {
                let sha256 = blobs::put_plain(conn, format!("{pack}{sequence}").as_bytes())?;
                rule_bundles::add(conn, &bundle(pack, sequence, &sha256))
            })
        };
        for (pack, sequence, holds) in [
            ("a", 2, true), ("a", 2, false), ("a", 1, false), ("a", 3, true), ("b", 1, true), ("b", 0, false),
        ] {
            assert_eq!(add(pack, sequence).is_ok(), holds, "{pack} {sequence}");
        }
        db.store.write(|conn| {
            let found: Vec<u64> = rule_bundles::of_pack(conn, "a")?.iter().map(|one| one.sequence).collect();
            assert_eq!(found, [3, 2], "the newest first");
            let one = rule_bundles::of_pack(conn, "b")?.remove(0);
            assert_eq!(one, bundle("b", 1, &one.sha256));
            assert_eq!(rule_bundles::of_pack(conn, "c")?, []);
            Ok::<_, StoreError>(())
        }).unwrap();
    }
}
