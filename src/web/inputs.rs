//! What arrives as text becomes a typed value here or is refused.

use domain::{DepartmentId, Fen, Period, RunId};

use crate::failure::Failure;

/// Longest text of a reason, in characters.
pub const REASON_MAX: usize = 500;

/// Names and values of a query or a form, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Fields that were read elsewhere.
    pub const fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Reads `application/x-www-form-urlencoded` text.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
            .map(|pairs| Self(pairs.into_inner()))
            .map_err(|_| Failure::bad_input("地址或表单内容无法识别 (unreadable query or form)"))
    }

    /// The first value of the name; an empty one counts as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All pairs but those of the name.
    pub fn without<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |(key, _)| key != name)
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// A period.
pub fn period(text: &str) -> Result<Period, Failure> {
    text.parse()
        .map_err(|error: domain::PeriodError| Failure::bad_input(error.to_string()))
}

/// A department's code: 18 digits and capital letters. Whether it is registered is not asked.
pub fn department(text: &str) -> Option<DepartmentId> {
    let fits = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
    (text.len() == 18 && text.bytes().all(fits)).then(|| DepartmentId::new(text))
}

/// A run's id: lower-case letters, digits and hyphens.
pub fn run(text: &str) -> Option<RunId> {
    let fits = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'-';
    ((1..=64).contains(&text.len()) && text.bytes().all(fits)).then(|| RunId::new(text))
}

/// An identifier of a pack, a chart or an import: letters, digits, `_`, `-` and `.`, and nothing
/// that could climb out of a folder.
pub fn name(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let shaped = (1..=128).contains(&text.len()) && text.bytes().all(fits);
    (shaped && !text.starts_with('.') && !text.contains("..")).then_some(text)
}

/// The name of a file to download: any letters, folders parted by `/`, nothing that climbs and
/// nothing invisible.
pub fn file_name(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_alphanumeric() || "_-.()（）〔〕 ".contains(c);
    let segment = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(fits);
    let shaped = (1..=128).contains(&text.chars().count()) && text.split('/').all(segment);
    (shaped && !text.contains("..")).then_some(text)
}

/// The number of an import.
pub fn batch(text: &str) -> Option<i64> {
    let digits = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// The number of a claim, an appeal or an order: letters of any script, digits and the marks of
/// document numbers.
pub fn number(text: &str) -> Option<&str> {
    let fits = |c: char| c.is_alphanumeric() || "_-.〔〕()（）".contains(c);
    let shaped = (1..=128).contains(&text.chars().count()) && text.chars().all(fits);
    (shaped && !text.starts_with('.')).then_some(text)
}

/// An amount in yuan.
pub fn amount(text: Option<&str>) -> Result<Fen, Failure> {
    let text = text.unwrap_or_default().trim();
    text.parse()
        .map_err(|error: domain::MoneyError| Failure::bad_input(error.to_string()))
}

/// The tick that says that a decision is meant.
pub fn confirmed(fields: &Fields) -> Result<(), Failure> {
    if fields.get("confirm") == Some("yes") {
        return Ok(());
    }
    Err(Failure::bad_input("请先勾选确认 (tick the box to confirm)"))
}

/// A reason given in a form.
pub fn reason(text: Option<&str>) -> Result<String, Failure> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Failure::bad_input("请填写理由 (give a reason)"));
    }
    if text.chars().count() > REASON_MAX {
        let message = format!("理由不能超过 {REASON_MAX} 字 (at most {REASON_MAX} characters)");
        return Err(Failure::bad_input(message));
    }
    Ok(text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect())
}

/// Where to go after signing in: a path of this site, nothing else.
pub fn destination(text: Option<&str>) -> Option<String> {
    let path = text?;
    let second = path.as_bytes().get(1).copied();
    let local = path.starts_with('/') && !matches!(second, Some(b'/' | b'\\'));
    let plain = path.len() <= 512
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (local && plain).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn department_codes_have_a_shape() {
        assert!(department("11410100005230000A").is_some());
        for text in [
            "",
            "1141010000523000A",
            "11410100005230000a",
            "../../etc/passwd00",
            "市公安局",
        ] {
            assert!(department(text).is_none(), "{text}");
        }
    }

    #[test]
    fn names_do_not_climb() {
        assert_eq!(name("heat-map_1"), Some("heat-map_1"));
        for text in [
            "", "..", ".hidden", "a/b", "a\\b", "a..b", "图", "a b", "a\0",
        ] {
            assert!(name(text).is_none(), "{text}");
        }
        assert_eq!(
            file_name("考核通报_2026-03.pdf"),
            Some("考核通报_2026-03.pdf")
        );
        assert_eq!(file_name("charts/trend-1.svg"), Some("charts/trend-1.svg"));
        for text in [
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a\nb",
            "a\"b",
            ".x",
            "a/.x",
            "a\\b",
        ] {
            assert!(file_name(text).is_none(), "{text}");
        }
    }

    #[test]
    fn destinations_stay_on_this_site() {
        assert_eq!(
            destination(Some("/overview?period=2026-03")),
            Some("/overview?period=2026-03".into())
        );
        for text in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "overview",
            "/a b",
            "/a\r\nX: y",
            "",
        ] {
            assert_eq!(destination(Some(text)), None, "{text}");
        }
    }

    #[test]
    fn reasons_are_needed_and_bounded() {
        assert!(reason(None).is_err());
        assert!(reason(Some("  ")).is_err());
        assert!(reason(Some(&"长".repeat(REASON_MAX + 1))).is_err());
        assert_eq!(reason(Some(" 数据有误\u{0} ")).unwrap(), "数据有误");
    }

    #[test]
    fn fields_decode() {
        let fields = Fields::parse("period=2026-03&name=%E5%B8%82&empty=").unwrap();
        assert_eq!(
            (fields.get("name"), fields.get("empty")),
            (Some("市"), None)
        );
        assert_eq!(fields.without("period").count(), 2);
    }
}
