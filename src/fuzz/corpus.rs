//! What mutation starts from: the shipped rules, and texts on which SQL parsers are known to trip.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Texts to start from.
pub struct Corpus {
    /// Formulas.
    pub formulas: Vec<String>,
    /// Rule files.
    pub packs: Vec<String>,
}

/// Deep nesting, unfinished texts, huge numbers, other dialects, signs beyond ASCII.
const TRAPS: [&str; 44] = [
    "INTERVAL INTERVAL INTERVAL '1'",
    "NOT NOT NOT NOT ok",
    "- - - - n",
    "+ + + n",
    "CASE CASE CASE n WHEN 1 THEN 1 ELSE 2 END WHEN 1 THEN 1 ELSE 2 END WHEN 1 THEN 1 ELSE 2 END",
    "((((((((((((((((((((((((((((((((n))))))))))))))))))))))))))))))))",
    "(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
    "'unterminated",
    "'it''s",
    "\"code\"",
    "n = 99999999999999999999999999999999999999",
    "n = 170141183460469231731687303715884105727",
    "0.000000000000000000000001 * weight",
    "1.e5 + .5 + 5. + 1e3 + 0x1F",
    "$1 + $$n$$ + :n + ?",
    "n::numeric::text",
    "E'a\\n' = code OR U&'\\00e9' = code OR N'x' = code OR X'ff' = code OR B'1' = code",
    "n /* comment */ -- comment",
    "n /* /* nested */",
    "n ＝ 1 ＡＮＤ （ok）",
    "code = '\u{202e}甲\u{0}'",
    "\u{0}",
    "\u{feff}n",
    "🦀 = 🦀",
    "n IN (SELECT 1)",
    "EXISTS (SELECT 1)",
    "ARRAY[1,2,3][1]",
    "{'a': 1}",
    "n LIKE '%' ESCAPE '\\'",
    "day AT TIME ZONE 'UTC'",
    "DATE '9999-12-31' + 1 > day",
    "DATE '0001-01-01' - 1 > day",
    "add_workdays(day, 9223372036854775807) > day",
    "workdays(DATE '0001-01-01', DATE '9999-12-31') > 1",
    "ok BETWEEN ok BETWEEN FALSE AND TRUE AND TRUE",
    "((ok IN (TRUE)) IN (TRUE)) IN (FALSE, TRUE)",
    "round(n / 0, 2) = 1",
    "round(n / m, 255)",
    "SUM(SUM(n))",
    "COUNT(DISTINCT *)",
    "SUM(n) FILTER (WHERE rank(SUM(n)) = 1)",
    "rank(rank(SUM(n)))",
    "default(default(carry('total'), 0), carry('share'))",
    "LEAST()",
];

/// The root of the checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Corpus {
    /// All shipped rules and the traps.
    pub fn load() -> io::Result<Self> {
        let mut packs = Vec::new();
        collect(&root().join("rules"), &mut packs)?;
        packs.push(include_str!("../engine/sample/pack.toml").to_owned());
        let mut formulas: Vec<String> = TRAPS.map(str::to_owned).into();
        for text in &packs {
            formulas.extend(text.lines().filter_map(formula));
        }
        formulas.sort();
        formulas.dedup();
        Ok(Self { formulas, packs })
    }
}

/// Rule files of a folder and those below, in order.
fn collect(folder: &Path, to: &mut Vec<String>) -> io::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, to)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            to.push(fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The formula of a line of a rule file.
fn formula(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let is_formula = ["value", "where", "when", "weight"].contains(&key.trim());
    let text = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    is_formula.then(|| text.to_owned())
}
