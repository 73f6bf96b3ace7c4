//! Succession 机构承继: who takes over from a department that has ended, and by what share. Departments
//! merge, split, are renamed or come under another government; shares are exact and add up to one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::facts::SourceLine;
use crate::ids::DepartmentId;

/// A part of a whole, above zero and at most one, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    numerator: u64,
    denominator: u64,
}

/// What can be wrong with successions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuccessionError {
    /// The text is not a share.
    #[error(
        "“{text}”不是份额，应为 1、1/3、0.25 或 25% 之类、大于零且不超过一的数 (not a share, above zero and at most one)"
    )]
    NotAShare {
        /// The text as found.
        text: String,
    },
    /// The shares of a department do not add up to one.
    #[error("{department} 的承继份额合计为 {sum}，应为 1 (shares do not add up to one)")]
    NotWhole {
        /// The department that has ended.
        department: DepartmentId,
        /// What they add up to.
        sum: String,
    },
    /// A department would take over from itself, directly or by others.
    #[error("{department} 的承继关系成环 (succession in a ring)")]
    Ring {
        /// A department in the ring.
        department: DepartmentId,
    },
    /// The shares have denominators so large that they cannot be combined.
    #[error("{department} 的承继份额分母过大，无法精确合并 (shares too fine to be combined)")]
    TooFine {
        /// The department.
        department: DepartmentId,
    },
}

impl Share {
    /// The whole.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    fn new(numerator: u128, denominator: u128) -> Option<Self> {
        let divisor = gcd(numerator, denominator);
        if numerator == 0 || numerator > denominator {
            return None;
        }
        Some(Self {
            numerator: u64::try_from(numerator / divisor).ok()?,
            denominator: u64::try_from(denominator / divisor).ok()?,
        })
    }

    /// The part of a part.
    fn of(self, other: Self) -> Option<Self> {
        Self::new(
            u128::from(self.numerator) * u128::from(other.numerator),
            u128::from(self.denominator) * u128::from(other.denominator),
        )
    }

    /// Both parts; `None` when they exceed the whole or cannot be combined.
    fn plus(self, other: Self) -> Option<Self> {
        let [a, b] =
            [self, other].map(|one| (u128::from(one.numerator), u128::from(one.denominator)));
        let numerator = (a.0 * b.1).checked_add(b.0 * a.1)?;
        Self::new(numerator, a.1 * b.1)
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Share {
    type Err = SuccessionError;

    /// Reads `1/3`, `0.25`, `25%`, `1`; exactly.
    fn from_str(text: &str) -> Result<Self, SuccessionError> {
        read(text.trim()).ok_or_else(|| SuccessionError::NotAShare {
            text: text.to_owned(),
        })
    }
}

fn read(text: &str) -> Option<Share> {
    if let Some((numerator, denominator)) = text.split_once('/') {
        let denominator: u64 = denominator.trim().parse().ok()?;
        let numerator: u64 = numerator.trim().parse().ok()?;
        return Share::new(numerator.into(), denominator.into());
    }
    let (body, percent) = match text.strip_suffix('%').or_else(|| text.strip_suffix('％')) {
        Some(body) => (body, 100),
        None => (text, 1),
    };
    let (whole, decimals) = body.split_once('.').unwrap_or((body, ""));
    let digits = format!("{whole}{decimals}");
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || digits.len() > 15 {
        return None;
    }
    let scale = 10u128.pow(u32::try_from(decimals.len()).ok()?);
    Share::new(digits.parse().ok()?, scale * percent)
}

/// How a department came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuccessionForm {
    /// 合并
    Merged,
    /// 拆分
    Split,
    /// 更名
    Renamed,
    /// 划转, to another government
    Moved,
}

impl SuccessionForm {
    /// All forms.
    pub const ALL: [Self; 4] = [Self::Merged, Self::Split, Self::Renamed, Self::Moved];

    /// Stable English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
        }
    }

    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Merged => "合并",
            Self::Split => "拆分",
            Self::Renamed => "更名",
            Self::Moved => "划转",
        }
    }

    /// The form by either name.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        let mut all = Self::ALL.into_iter();
        all.find(|form| form.name() == name || form.title() == name)
    }
}

/// One successor of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The department that ends.
    pub department: DepartmentId,
    /// The one that takes over.
    pub successor: DepartmentId,
    /// What part of it.
    pub share: Share,
    /// First day on which it does.
    pub effective_on: NaiveDate,
    /// How.
    pub form: SuccessionForm,
    /// Number of the decision.
    pub document: String,
    /// Where it was read.
    pub source: SourceLine,
}

/// Who has what stood to a department in the end: successors that go on, with whole weights in
/// proportion to their shares.
pub type Heirs = BTreeMap<DepartmentId, Vec<(DepartmentId, i64)>>;

/// The heirs of every department that has ended. What a successor took over that has ended itself
/// goes on to its own successors.
pub fn heirs(successions: &[Succession]) -> Result<Heirs, SuccessionError> {
    let mut own: BTreeMap<&DepartmentId, Vec<(&DepartmentId, Share)>> = BTreeMap::new();
    for row in successions {
        let shares = own.entry(&row.department).or_default();
        shares.push((&row.successor, row.share));
    }
    for (department, shares) in &own {
        let mut parts = shares.iter().map(|(_, share)| *share);
        let first = parts.next();
        let sum = first.and_then(|first| parts.try_fold(first, Share::plus));
        if sum != Some(Share::ONE) {
            let listed: Vec<String> = shares.iter().map(|(_, share)| share.to_string()).collect();
            return Err(SuccessionError::NotWhole {
                department: (*department).clone(),
                sum: listed.join(" + "),
            });
        }
    }
    let mut heirs = Heirs::new();
    for department in own.keys() {
        let mut found: BTreeMap<&DepartmentId, Share> = BTreeMap::new();
        follow(&own, department, Share::ONE, own.len(), &mut found)?;
        heirs.insert((*department).clone(), weights(department, found)?);
    }
    Ok(heirs)
}

/// Adds the part that goes by way of a department to those who have it in the end.
fn follow<'a>(
    own: &BTreeMap<&'a DepartmentId, Vec<(&'a DepartmentId, Share)>>,
    department: &'a DepartmentId,
    part: Share,
    steps: usize,
    found: &mut BTreeMap<&'a DepartmentId, Share>,
) -> Result<(), SuccessionError> {
    let too_fine = || SuccessionError::TooFine {
        department: department.clone(),
    };
    for (successor, share) in own.get(department).into_iter().flatten() {
        let part = part.of(*share).ok_or_else(too_fine)?;
        if own.contains_key(*successor) {
            let Some(steps) = steps.checked_sub(1).filter(|left| *left > 0) else {
                let department = (*successor).clone();
                return Err(SuccessionError::Ring { department });
            };
            follow(own, successor, part, steps, found)?;
            continue;
        }
        let sum = match found.get(successor) {
            Some(before) => before.plus(part).ok_or_else(too_fine)?,
            None => part,
        };
        found.insert(successor, sum);
    }
    Ok(())
}

/// The shares over their common denominator.
fn weights(
    department: &DepartmentId,
    shares: BTreeMap<&DepartmentId, Share>,
) -> Result<Vec<(DepartmentId, i64)>, SuccessionError> {
    let too_fine = || SuccessionError::TooFine {
        department: department.clone(),
    };
    let mut common: u128 = 1;
    for share in shares.values() {
        let denominator = u128::from(share.denominator);
        common = (common / gcd(common, denominator))
            .checked_mul(denominator)
            .filter(|common| i64::try_from(*common).is_ok())
            .ok_or_else(too_fine)?;
    }
    let weight = |share: Share| {
        let weight = u128::from(share.numerator) * (common / u128::from(share.denominator));
        i64::try_from(weight).map_err(|_| too_fine())
    };
    shares
        .into_iter()
        .map(|(id, share)| Ok((id.clone(), weight(share)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn row(department: &str, successor: &str, share: &str) -> Succession {
        Succession {
            department: department.into(),
            successor: successor.into(),
            share: share.parse().unwrap(),
            effective_on: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
            form: SuccessionForm::Split,
            document: "郑编〔2026〕1号".into(),
            source: SourceLine::default(),
        }
    }

    #[test]
    fn shares_are_read_exactly() {
        for (text, shown) in [
            ("1/3", "1/3"),
            ("2 / 6", "1/3"),
            ("0.25", "1/4"),
            ("12.5%", "1/8"),
            ("1", "1"),
            ("100%", "1"),
        ] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "0", "1/0", "4/3", "101%", "-1", "1e-1", "三分之一", "."] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_successor_took_over_goes_on_to_its_own_successors() {
        let rows = [
            row("A", "B", "1/3"),
            row("A", "C", "2/3"),
            row("B", "C", "1/2"),
            row("B", "D", "1/2"),
        ];
        let heirs = heirs(&rows).unwrap();
        assert_eq!(heirs[&"A".into()], [("C".into(), 5), ("D".into(), 1)]);
        assert_eq!(heirs[&"B".into()], [("C".into(), 1), ("D".into(), 1)]);
    }

    #[test]
    fn shares_that_are_not_the_whole_and_rings_are_refused() {
        let short = heirs(&[row("A", "B", "1/3"), row("A", "C", "1/3")]);
        assert!(matches!(short, Err(SuccessionError::NotWhole { .. })));
        let more = heirs(&[row("A", "B", "2/3"), row("A", "C", "2/3")]);
        assert!(matches!(more, Err(SuccessionError::NotWhole { .. })));
        for ring in [
            vec![row("A", "A", "1")],
            vec![row("A", "B", "1"), row("B", "A", "1")],
        ] {
            assert!(matches!(heirs(&ring), Err(SuccessionError::Ring { .. })));
        }
    }
}
