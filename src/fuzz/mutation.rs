//! Texts changed at random: words dropped, doubled, repeated, nested, swapped, taken from elsewhere.

use engine::sample::Random;

/// Words that mean something somewhere.
const WORDS: [&str; 68] = [
    "n",
    "m",
    "weight",
    "factor",
    "lost",
    "part",
    "took",
    "amount",
    "price",
    "seen",
    "late",
    "code",
    "note",
    "day",
    "done",
    "ok",
    "checked",
    "p_none",
    "p_days",
    "param.p_cny",
    "period_start",
    "period_end",
    "t_grade(n)",
    "t_violation(code)",
    "t_label(n, ok)",
    "band(n, t_grade)",
    "SUM(",
    "COUNT(*)",
    "COUNT(DISTINCT ",
    "AVG(",
    "MIN(",
    "MAX(",
    " FILTER (WHERE ",
    "LEAST(",
    "GREATEST(",
    "ABS(",
    "round(",
    "FLOOR(",
    "CEIL(",
    "ratio(",
    "default(",
    "workdays(",
    "add_workdays(",
    "is_workday(",
    "rank(",
    "percentile(",
    "relative_to_best(",
    "share_of_total(",
    "carry('total')",
    "carry('share')",
    "CASE ",
    " WHEN ",
    " THEN ",
    " ELSE ",
    " END",
    " AND ",
    " OR ",
    "NOT ",
    " IS NULL",
    " IS NOT NULL",
    " BETWEEN ",
    " IN (",
    "DATE '2025-08-01'",
    "TRUE",
    "'甲'",
    "0.5",
    "9223372036854775807",
    "INTERVAL ",
];

/// Signs.
const SIGNS: [&str; 30] = [
    "(", ")", ",", "+", "-", "*", "/", "=", "<>", "!=", "<", "<=", ">", ">=", ".", "'", "\"", ";",
    "%", "||", "::", "[", "]", "{", "}", "\n", "，", "\u{0}", "🦀", "--",
];

/// The parts of a text: runs of letters and digits, runs of spaces, single signs.
fn parts(text: &str) -> Vec<String> {
    let kind = |sign: char| match sign {
        sign if sign.is_alphanumeric() || sign == '_' => 0,
        sign if sign.is_whitespace() => 1,
        _ => 2,
    };
    let mut parts: Vec<String> = Vec::new();
    let mut before = 2;
    for sign in text.chars() {
        let now = kind(sign);
        match parts.last_mut() {
            Some(last) if now == before && now != 2 => last.push(sign),
            _ => parts.push(sign.to_string()),
        }
        before = now;
    }
    parts
}

fn picked(random: &mut Random, all: &[&str]) -> String {
    random.pick(all).copied().unwrap_or_default().to_owned()
}

/// The text after one change, often more; `other` lends parts.
pub fn mutate(random: &mut Random, text: &str, other: &str) -> String {
    let mut parts = parts(text);
    let more = if random.chance(50) {
        0
    } else {
        random.below(6)
    };
    for _ in 0..=more {
        change(random, &mut parts, other);
    }
    parts.concat()
}

fn change(random: &mut Random, all: &mut Vec<String>, other: &str) {
    let at = random.below(all.len() + 1);
    let end = at + random.below(all.len().saturating_sub(at) + 1);
    match random.below(12) {
        0 => all.insert(at, picked(random, &WORDS)),
        1 => all.insert(at, picked(random, &SIGNS)),
        2 if at < all.len() => drop(all.remove(at)),
        3 => drop(all.drain(at..end)),
        4 => {
            let copy: Vec<String> = all.get(at..end).unwrap_or_default().to_vec();
            drop(all.splice(at..at, copy));
        }
        5 => {
            // The same part many times, which is what recursion and doubling trip on.
            let part = all.get(at).cloned().unwrap_or_else(|| "NOT ".into());
            let times = 1 + random.below(60);
            drop(all.splice(at..at, std::iter::repeat_n(part, times)));
        }
        6 => {
            let (open, close) = *random
                .pick(&[
                    ("(", ")"),
                    ("CASE ", " WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 END"),
                    ("NOT ", ""),
                    ("ABS(", ")"),
                    ("(", " IN (1, 2))"),
                    ("(", " BETWEEN 0 AND 1)"),
                ])
                .unwrap_or(&("(", ")"));
            let times = 1 + random.below(40);
            drop(all.splice(end..end, [close.repeat(times)]));
            drop(all.splice(at..at, [open.repeat(times)]));
        }
        7 => {
            let lent = parts(other);
            let from = random.below(lent.len() + 1);
            let to = from + random.below(lent.len().saturating_sub(from) + 1);
            drop(all.splice(at..end, lent.get(from..to).unwrap_or_default().to_vec()));
        }
        8 if at + 1 < all.len() => all.swap(at, at + 1),
        9 => all.truncate(at),
        10 => {
            let digits = random.bits().to_string().repeat(1 + random.below(3));
            all.insert(at, digits);
        }
        _ => {
            if let Some(part) = all.get_mut(at) {
                *part = picked(random, &WORDS);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_text() {
        for text in ["SUM(n) >= 1.5", "", "'it''s' 甲\u{0}", "a  b"] {
            assert_eq!(parts(text).concat(), text);
        }
        assert_eq!(parts("SUM(n)"), ["SUM", "(", "n", ")"]);
    }
}
