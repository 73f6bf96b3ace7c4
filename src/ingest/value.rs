//! The values cells spell: folded text, dates, whole numbers. No allocation on the common path.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta};

/// Full-width ASCII folded to half-width, and trimmed.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() || !text.chars().any(is_wide) {
        return Cow::Borrowed(text);
    }
    let folded: String = text.chars().map(narrow).collect();
    Cow::Owned(folded.trim().to_owned())
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')
}

fn narrow(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        _ if is_wide(c) => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Whether the text is a number in the notation Excel leaves of a long id: `1.14101E+16`.
pub(crate) fn is_eaten_by_excel(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}

/// Asia/Shanghai is UTC+8 without summer time since 1991.
pub(crate) fn shanghai_date(instant: NaiveDateTime) -> Option<NaiveDate> {
    Some(instant.checked_add_signed(TimeDelta::hours(8))?.date())
}

/// An instant in UTC from epoch seconds or milliseconds, told apart by their size.
pub(crate) fn instant(epoch: i64) -> Option<NaiveDateTime> {
    // 10^11 is the year 5138 in seconds and 1973 in milliseconds.
    let ms = if epoch.abs() < 100_000_000_000 {
        epoch.checked_mul(1000)?
    } else {
        epoch
    };
    DateTime::from_timestamp_millis(ms)
        .map(|at| at.naive_utc())
        .filter(|at| in_range(at.date()))
}

/// Dates outside the founding of the state and the end of the calendar are slips of the pen.
fn in_range(day: NaiveDate) -> bool {
    (1949..2200).contains(&day.year())
}

/// A number of fixed digits.
fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0_u32, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })
}

fn ymd(year: &[u8], month: &[u8], day: &[u8]) -> Option<NaiveDate> {
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year = i32::try_from(digits(year)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(month)?, digits(day)?).filter(|day| in_range(*day))
}

/// The business date a cell spells, in any of the forms exports use; the text must be folded.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = bytes {
        return ymd(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1]);
    }
    if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) {
        return match bytes.len() {
            8 => ymd(bytes.get(..4)?, bytes.get(4..6)?, bytes.get(6..)?),
            10 | 13 => shanghai_date(instant(text.parse().ok()?)?),
            _ => None,
        };
    }
    let (day, time) = split_time(text);
    let day = calendar_day(day)?;
    match time {
        Some(time) => day.checked_add_signed(TimeDelta::days(clock_days(time)?)),
        None => Some(day),
    }
    .filter(|day| in_range(*day))
}

/// The day part and, if there is one, the time part.
fn split_time(text: &str) -> (&str, Option<&str>) {
    if let Some((day, time)) = text.split_once(['T', ' ']) {
        return (day, Some(time.trim()));
    }
    match text.split_once('日') {
        Some((day, time)) if !time.is_empty() => (day, Some(time)),
        _ => (text, None),
    }
}

/// `2026-03-05`, `2026/3/5`, `2026.3.5` or `2026年3月5日`.
fn calendar_day(text: &str) -> Option<NaiveDate> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let separator = ['-', '/', '.', '年']
        .into_iter()
        .find(|c| text.contains(*c))?;
    let (year, rest) = text.split_once(separator)?;
    let separator = if separator == '年' { '月' } else { separator };
    let (month, day) = rest.split_once(separator)?;
    ymd(year.as_bytes(), month.as_bytes(), day.as_bytes())
}

/// Days by which a time of day, written for another zone, moves the date to Asia/Shanghai's.
fn clock_days(time: &str) -> Option<i64> {
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (time.get(..at)?, time.get(at..)?),
        None => (time, ""),
    };
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?.as_bytes())?;
    let minute = digits(parts.next()?.as_bytes())?;
    let second = parts.next().unwrap_or("0");
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let second = digits(second.as_bytes())?;
    let _ = digits(fraction.as_bytes())?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let here = 8 * 60;
    let minutes = i64::from(hour * 60 + minute) + here - offset_minutes(offset)?;
    Some(minutes.div_euclid(24 * 60))
}

/// Minutes east of Greenwich; a time without a zone is Shanghai's.
fn offset_minutes(offset: &str) -> Option<i64> {
    let sign = match offset.as_bytes().first() {
        None => return Some(8 * 60),
        Some(b'Z') => return (offset.len() == 1).then_some(0),
        Some(b'-') => -1,
        Some(_) => 1,
    };
    let (hours, minutes) = match offset.get(1..)? {
        long if long.contains(':') => long.split_once(':')?,
        long if long.len() == 4 => (long.get(..2)?, long.get(2..)?),
        short => (short, "0"),
    };
    let hours = digits(hours.as_bytes()).filter(|hours| *hours <= 14)?;
    let minutes = digits(minutes.as_bytes()).filter(|minutes| *minutes <= 59)?;
    Some(sign * i64::from(hours * 60 + minutes))
}

/// A whole number not below zero: digits, commas between groups of three, `.0` as Excel adds.
pub(crate) fn count(text: &str) -> Option<u64> {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if !text.contains(',') {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        return plain.then(|| text.parse().ok())?;
    }
    let mut groups = text.split(',');
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    let joined = text.replace(',', "");
    (grouped && joined.bytes().all(|byte| byte.is_ascii_digit())).then(|| joined.parse().ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn t23_dates_in_every_form() {
        for (text, day) in [
            ("2026-03-05", "2026-03-05"),
            ("2026/3/5", "2026-03-05"),
            ("20260305", "2026-03-05"),
            ("2026年3月5日", "2026-03-05"),
            ("2026年3月5日 09:30", "2026-03-05"),
            ("2026-03-05 23:59:07", "2026-03-05"),
            ("2026-03-05T23:59:07.123", "2026-03-05"),
            ("2026-03-05T23:59:07+08:00", "2026-03-05"),
            // Half past four in the afternoon at Greenwich is tomorrow in Shanghai.
            ("2026-03-05T16:30:00Z", "2026-03-06"),
            ("2026-03-05T15:59:59Z", "2026-03-05"),
            ("1772726399", "2026-03-05"),
            ("1772726400000", "2026-03-06"),
        ] {
            assert_eq!(date(text).unwrap().to_string(), day, "{text}");
        }
        for text in [
            "",
            "2026-02-30",
            "2026-3",
            "26-03-05",
            "0026-03-05",
            "2026-03-05 25:00:00",
            "46086",
            "1.77E+12",
            "三月五日",
            "2026-03-05x",
            "2026-03-05 10:00:00+99:00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn t23_full_width_is_folded() {
        assert_eq!(fold("　１２３ＡＢ－／ "), "123AB-/");
        assert_eq!(fold("郑州市"), "郑州市");
        assert_eq!(count(&fold("１，２３４")), Some(1234));
    }

    #[test]
    fn t23_scientific_notation_is_told() {
        assert!(is_eaten_by_excel("1.14101E+16"));
        assert!(is_eaten_by_excel("1e+17"));
        assert!(!is_eaten_by_excel("11410100MB1E05432X"));
        assert!(!is_eaten_by_excel("1E5"));
    }

    #[test]
    fn whole_numbers() {
        for (text, number) in [("0", 0), ("12.0", 12), ("1,234,567", 1_234_567)] {
            assert_eq!(count(text), Some(number), "{text}");
        }
        for text in [
            "",
            "-1",
            "1.5",
            "12,34",
            "1e3",
            ",123",
            "99999999999999999999",
        ] {
            assert_eq!(count(text), None, "{text}");
        }
    }

    #[test]
    fn t25_seconds_and_milliseconds() {
        let at = instant(1_772_726_400_123).unwrap();
        assert_eq!(at.to_string(), "2026-03-05 16:00:00.123");
        assert_eq!(
            instant(1_772_726_400),
            Some(at - TimeDelta::milliseconds(123))
        );
        assert_eq!(instant(i64::MAX), None);
        assert_eq!(shanghai_date(at).unwrap().to_string(), "2026-03-06");
    }
}
