//! Differences of small packs.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use super::*;

fn files(text: &str) -> PackFiles {
    PackFiles {
        root_name: "p".into(),
        files: BTreeMap::from([("pack.toml".to_owned(), text.to_owned())]),
    }
}

const OLD: &str = r#"
[pack]
id = "a"
version = "1.0.0"
[[parameter]]
id = "rate"
title = "比例"
cite = "law:3"
values = [{ from = 2025-01-01, value = "0.5" }]
[[parameter]]
id = "gone"
values = [{ from = 2025-01-01, value = "1" }]
[[indicator]]
id = "timely"
title = "及时率"
points = "10"
value = "SUM(days) * param.rate"
effective = { from = 2025-01-01 }
[[table]]
id = "points"
rows = [ { when = ["'a'"], value = "1" }, { when = ["'b'"], value = "2" } ]
[compensation]
payer = "x"
[[compensation.component]]
id = "cost"
rate = "rate"
"#;

#[test]
fn a_pack_does_not_differ_from_itself_nor_by_spacing_and_comments() {
    assert_eq!(differences(&files(OLD), &files(OLD)).unwrap(), []);
    let spaced = OLD
        .replace("points = \"10\"", "# why\npoints   =  \"10\"  # because")
        .replace("{ from = 2025-01-01, value", "{from=2025-01-01,value");
    assert_eq!(differences(&files(OLD), &files(&spaced)).unwrap(), []);
}

#[test]
fn every_change_is_named_with_both_sides_and_with_who_uses_it() {
    let new = OLD
        .replace(
            "value = \"0.5\" }]",
            "value = \"0.5\" }, { from = 2026-01-01, value = \"0.6\" }]",
        )
        .replace(
            "[[parameter]]\nid = \"gone\"\nvalues = [{ from = 2025-01-01, value = \"1\" }]\n",
            "",
        )
        .replace("points = \"10\"", "points = \"12\"")
        .replace(
            "{ when = [\"'b'\"], value = \"2\" }",
            "{ when = [\"'b'\"], value = \"3\" }",
        )
        .replace("version = \"1.0.0\"", "version = \"1.1.0\"")
        + "[[grade]]\nid = \"good\"\nfrom = \"80\"\n";
    let found = differences(&files(OLD), &files(&new)).unwrap();
    let shown: Vec<String> = found
        .iter()
        .map(|one| match &one.edit {
            Edit::Added => format!("+ {} {}", one.kind, one.id),
            Edit::Removed => format!("- {} {}", one.kind, one.id),
            Edit::Changed(edits) => {
                let edits: Vec<String> = edits
                    .iter()
                    .map(|edit| format!("{}: {:?} → {:?}", edit.key, edit.before, edit.after))
                    .collect();
                format!("~ {} {} {}", one.kind, one.id, edits.join("; "))
            }
        })
        .collect();
    assert_eq!(
        shown,
        [
            "+ grade good",
            "~ indicator timely points: [\"10\"] → [\"12\"]",
            "~ pack  version: [\"1.0.0\"] → [\"1.1.0\"]",
            "- parameter gone",
            "~ parameter rate values: [] → [\"{ from = 2026-01-01, value = 0.6 }\"]",
            "~ table points rows: [\"{ when = ['b'], value = 2 }\"] → [\"{ when = ['b'], value = 3 }\"]",
        ]
    );
    let rate = found.iter().find(|one| one.id == "rate").unwrap();
    assert_eq!(
        rate.used_by,
        ["compensation.component cost", "indicator timely"]
    );
    assert_eq!((rate.title.as_str(), rate.cite.as_str()), ("比例", "law:3"));
    assert_eq!(rate.place.line, 5);
}

#[test]
fn the_order_of_a_list_counts_where_nothing_else_differs() {
    let new = OLD.replace(
        "{ when = [\"'a'\"], value = \"1\" }, { when = [\"'b'\"], value = \"2\" }",
        "{ when = [\"'b'\"], value = \"2\" }, { when = [\"'a'\"], value = \"1\" }",
    );
    let found = differences(&files(OLD), &files(&new)).unwrap();
    let Edit::Changed(edits) = &found[0].edit else {
        panic!("{found:?}");
    };
    assert_eq!((edits[0].before.len(), edits[0].after.len()), (1, 1));
}

#[test]
fn a_file_that_cannot_be_read_is_reported() {
    let broken = differences(&files("[pack\n"), &files(OLD)).unwrap_err();
    assert_eq!(broken[0].code, "rules.toml");
}
