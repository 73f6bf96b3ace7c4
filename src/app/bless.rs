//! Taking what comes out of the tests of a pack as what is expected: the values are replaced where
//! they stand, everything else of the file stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::rulebook::{self, Difference};

/// Replaces every expectation that was not met in the files of the folder; how many.
pub fn bless(folder: &Path) -> Result<usize, Error> {
    let mut by_file: BTreeMap<String, Vec<Difference>> = BTreeMap::new();
    for tested in rulebook::test(Some(folder))? {
        for difference in tested.cases.into_iter().flat_map(|case| case.differences) {
            let file = difference.place.file.clone();
            by_file.entry(file).or_default().push(difference);
        }
    }
    let mut replaced = 0;
    for (file, mut differences) in by_file {
        // Files are named by the folder as given, then their path in it.
        let inner = file
            .split_once('/')
            .map_or(file.as_str(), |(_, inner)| inner);
        let path = folder.join(inner);
        let mut text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        // From the end, so that places before stay true.
        differences.sort_by(|a, b| b.place.cmp(&a.place));
        for difference in &differences {
            text = with_value(&text, difference).ok_or_else(|| Error::BadInput {
                what: "规则包测试",
                reason: format!(
                    "{}:{} 的预期“{}”不能自动改写，请手工修改 (cannot be rewritten: edit by hand)",
                    difference.place.file, difference.place.line, difference.key
                ),
            })?;
            replaced += 1;
        }
        crate::write_whole(&path, text.as_bytes())?;
    }
    Ok(replaced)
}

/// The text with the value at the place of a difference replaced by what was found.
fn with_value(text: &str, difference: &Difference) -> Option<String> {
    let line = usize::try_from(difference.place.line)
        .ok()?
        .checked_sub(1)?;
    let column = usize::try_from(difference.place.column)
        .ok()?
        .checked_sub(1)?;
    let line_start = text
        .split_inclusive('\n')
        .take(line)
        .map(str::len)
        .sum::<usize>();
    let rest = text.get(line_start..)?;
    let at = line_start + rest.char_indices().nth(column)?.0;
    let value = text.get(at..)?;
    let length = if let Some(inner) = value.strip_prefix('"') {
        inner.find('"')? + 2
    } else {
        value.find(|c: char| c.is_whitespace() || [',', '}', ']', '#'].contains(&c))?
    };
    let found = &difference.found;
    if value.starts_with(['[', '{']) || found.contains(['"', '\\', '\n']) {
        return None;
    }
    let mut replaced = text.get(..at)?.to_owned();
    replaced.push_str(&format!("\"{found}\""));
    replaced.push_str(value.get(length..)?);
    Some(replaced)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use domain::Place;

    use super::*;

    #[test]
    fn only_the_value_is_replaced() {
        let text = "# 说明\n[case.expect]\ntotal = \"80.00\"  # 理由\n";
        let difference = Difference {
            key: "total".into(),
            expected: "80.00".into(),
            found: "81.25".into(),
            place: Place {
                file: "p/tests/a.toml".into(),
                line: 3,
                column: 9,
            },
        };
        assert_eq!(
            with_value(text, &difference).unwrap(),
            "# 说明\n[case.expect]\ntotal = \"81.25\"  # 理由\n"
        );
        let whole = text.replace("\"80.00\"", "80");
        let blessed = with_value(&whole, &difference).unwrap();
        assert!(blessed.contains("total = \"81.25\"  # 理由"));
        let list = text.replace("\"80.00\"", "[\"a\"]");
        assert_eq!(with_value(&list, &difference), None);
    }
}
