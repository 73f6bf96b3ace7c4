//! A pack with some of its settings changed, for trials: what if the level of rounding, a
//! parameter, the points of an indicator were another?
//!
//! | key | value |
//! |---|---|
//! | `rounding.at` | levels rounded as `[rounding] score` says: `indicator, axis, total`; empty for none |
//! | `rounding.scale`, `rounding.mode` | of scores, at every level that is rounded |
//! | `grades.on`, `ranking.on`, `ranking.method`, `ranking.within` | as in the pack |
//! | `totals.maximum`, `axis.<id>.points`, `axis.<id>.weight` | numbers |
//! | `grade.<id>` | lowest total of the grade |
//! | `param.<id>` | the parameter's value, at all times |
//! | `indicator.<id>.points`, `.cap`, `.gate`, `.min_cases`, `.not_applicable` | as in the pack |
//!
//! What comes out is checked like a pack that was read: points still sum to the maximum.

use std::cell::RefCell;
use std::str::FromStr;

use domain::canon::sha256_hex;
use domain::{Diagnostic, Place, Rounding};

use super::read::words;
use super::verify::Verifier;
use super::{Indicator, IndicatorKind, Pack, RoundTo};
use crate::exact::Exact;
use crate::formula::did_you_mean;

/// One setting of a pack that is to be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What is set, parts joined by dots: `param.reward_share`.
    pub key: String,
    /// To what, as text.
    pub value: String,
    /// Where it is written; nowhere for one of a command line.
    pub place: Place,
}

/// A text that is no setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是设定；写作 参数=数，例如 cap_ratio=1.50 (write name=value)")]
pub struct NotSetting {
    /// The text as found.
    pub text: String,
}

impl FromStr for Setting {
    type Err = NotSetting;

    /// `name=value`, as a command line has it. A name without a dot is that of a parameter.
    fn from_str(text: &str) -> Result<Self, NotSetting> {
        let fault = || NotSetting {
            text: text.to_owned(),
        };
        let (key, value) = text.split_once('=').ok_or_else(fault)?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() {
            return Err(fault());
        }
        let key = if key.contains('.') {
            key.to_owned()
        } else {
            format!("param.{key}")
        };
        Ok(Self {
            key,
            value: value.to_owned(),
            place: Place::default(),
        })
    }
}

/// Why a setting cannot be: what is wrong, and what would be right.
type Refusal = (String, String);

impl Pack {
    /// The pack with the settings changed in order; its version and digest tell it from the one given,
    /// so that nothing computed with it can be taken for a result of the pack itself. `Err` has every
    /// setting that cannot be, and what is wrong with the whole then.
    pub fn with(&self, settings: &[Setting]) -> Result<Self, Vec<Diagnostic>> {
        let mut pack = self.clone();
        if settings.is_empty() {
            return Ok(pack);
        }
        let mut faults = Vec::new();
        let mut marks = Vec::with_capacity(settings.len());
        for setting in settings {
            let name = setting.key.strip_prefix("param.").unwrap_or(&setting.key);
            marks.push(format!("{name}={}", setting.value.trim()));
            if let Err((message, help)) = set(&mut pack, &setting.key, setting.value.trim()) {
                let place = setting.place.clone();
                faults.push(Diagnostic::error("rules.setting", place, message).with_help(help));
            }
        }
        if faults.is_empty() {
            let findings = RefCell::new(Vec::new());
            let verifier = Verifier {
                pack: &pack,
                sources: &[],
                findings: &findings,
            };
            verifier.kinds();
            verifier.points();
            verifier.grades();
            faults = findings.into_inner();
        }
        if faults.is_empty() {
            let marks = marks.join(",");
            let first = !pack.header.version.contains('+');
            pack.header.version.push(if first { '+' } else { ',' });
            pack.header.version.push_str(&marks);
            pack.digest = sha256_hex(format!("{}\n{marks}", pack.digest).as_bytes());
            Ok(pack)
        } else {
            Err(faults)
        }
    }
}

fn set(pack: &mut Pack, key: &str, value: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = key.split('.').collect();
    match parts[..] {
        ["rounding", part] => rounding(pack, part, value),
        ["grades", "on"] => word(value, &words::ON_ROUNDED).map(|on| pack.grades_on_rounded = on),
        ["ranking", "on"] => word(value, &words::ON_ROUNDED).map(|on| pack.ranking.on_rounded = on),
        ["ranking", "method"] => {
            word(value, &words::RANK_METHODS).map(|method| pack.ranking.method = method)
        }
        ["ranking", "within"] => {
            word(value, &words::WITHIN_GROUP).map(|within| pack.ranking.within_group = within)
        }
        ["totals", "maximum"] => number(value).map(|maximum| pack.maximum = maximum),
        ["param", id] => {
            let found = named(&mut pack.parameters, id, |one| &one.id, key)?;
            let value = number(value)?;
            for dated in &mut found.values {
                dated.value = value;
            }
            found.scale = value.scale;
            Ok(())
        }
        ["grade", id] => {
            let found = named(&mut pack.grades, id, |one| &one.id, key)?;
            number(value).map(|from| found.from = from)
        }
        ["axis", id, part @ ("points" | "weight")] => {
            let found = named(&mut pack.axes, id, |one| &one.id, key)?;
            let value = number(value)?;
            match part {
                "points" => found.points = value,
                _ => found.weight = value,
            }
            Ok(())
        }
        ["indicator", id, part] => {
            let found = named(&mut pack.indicators, id, |one| &one.id, key)?;
            indicator(found, part, value)
        }
        _ => Err(unknown(key)),
    }
}

fn unknown(key: &str) -> Refusal {
    let message = format!("没有“{key}”这一设定 (unknown setting {key})");
    let help = "可设：rounding.at、rounding.scale、rounding.mode、grades.on、ranking.on、\
                ranking.method、ranking.within、totals.maximum、param.<标识>、grade.<标识>、\
                axis.<标识>.points、axis.<标识>.weight、indicator.<标识>.points|cap|gate|min_cases|\
                not_applicable";
    (message, help.to_owned())
}

/// The element of an id.
fn named<'p, T>(
    all: &'p mut [T],
    id: &str,
    id_of: impl Fn(&T) -> &String,
    key: &str,
) -> Result<&'p mut T, Refusal> {
    let known: Vec<String> = all.iter().map(|one| id_of(one).clone()).collect();
    all.iter_mut().find(|one| id_of(one) == id).ok_or_else(|| {
        let message = format!("“{key}”所指的“{id}”不在规则包中 (no {id} in the pack)");
        (message, did_you_mean(id, known.iter().map(String::as_str)))
    })
}

fn word<T: Copy>(value: &str, all: &[(&'static str, T)]) -> Result<T, Refusal> {
    let found = all.iter().find(|(name, _)| *name == value);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let message = format!("不认识“{value}” (unknown word {value})");
        (
            message,
            did_you_mean(value, all.iter().map(|(name, _)| *name)),
        )
    })
}

fn number(value: &str) -> Result<Exact, Refusal> {
    let read = value.parse::<Exact>().ok();
    read.filter(|number| number.mantissa >= 0).ok_or_else(|| {
        let message = format!("“{value}”不是非负的十进制数 (not a number from zero up)");
        (message, "例如 0.70 (for example)".to_owned())
    })
}

fn rounding(pack: &mut Pack, part: &str, value: &str) -> Result<(), Refusal> {
    let rules = &mut pack.rounding;
    match part {
        "at" => {
            let levels: Vec<&str> = value.split(',').map(str::trim).collect();
            let odd = levels
                .iter()
                .find(|level| !level.is_empty() && !words::LEVELS.contains(level));
            if let Some(level) = odd {
                let message = format!("舍入层级不认识“{level}” (unknown rounding level)");
                return Err((message, "可用：indicator、axis、total".to_owned()));
            }
            let at = |level: &str| levels.contains(&level).then_some(rules.score);
            (rules.indicator, rules.axis, rules.total) = (at("indicator"), at("axis"), at("total"));
            Ok(())
        }
        "scale" => {
            let scale = value.parse().ok().filter(|scale: &u8| *scale <= 12);
            let scale = scale.ok_or_else(|| {
                let message = format!("“{value}”不是 0 至 12 的整数 (not a number of decimals)");
                (message, String::new())
            })?;
            each_level(rules, |to| to.scale = scale);
            Ok(())
        }
        "mode" => {
            let mode = Rounding::from_name(value).ok_or_else(|| {
                let message = format!("不认识“{value}” (unknown mode of rounding)");
                let help = "可用：half_up、half_even、down、up、floor、ceil";
                (message, help.to_owned())
            })?;
            each_level(rules, |to| to.mode = mode);
            Ok(())
        }
        _ => Err(unknown(&format!("rounding.{part}"))),
    }
}

fn each_level(rules: &mut super::RoundingRules, change: impl Fn(&mut RoundTo)) {
    change(&mut rules.score);
    let levels = [&mut rules.indicator, &mut rules.axis, &mut rules.total];
    for level in levels.into_iter().flatten() {
        change(level);
    }
}

fn indicator(found: &mut Indicator, part: &str, value: &str) -> Result<(), Refusal> {
    match (part, &mut found.kind) {
        ("points", _) => found.points = number(value)?,
        ("cap", IndicatorKind::Deduct { cap } | IndicatorKind::Bonus { cap, .. }) => {
            *cap = Some(number(value)?);
        }
        ("gate", IndicatorKind::Bonus { gate, .. }) => {
            let read = words::parse_gate(value).ok_or_else(|| {
                let message = format!("门槛读不懂“{value}” (cannot read the gate)");
                (message, "写作 >= 80 或 > 80 (at, or above)".to_owned())
            })?;
            *gate = Some(read);
        }
        ("min_cases", _) => {
            found.min_cases = value.parse().map_err(|_| {
                let message = format!("“{value}”不是整数 (not a whole number)");
                (message, String::new())
            })?;
        }
        ("not_applicable", _) => found.not_applicable = word(value, &words::NOT_APPLICABLE)?,
        _ => return Err(unknown(&format!("indicator.{}.{part}", found.id))),
    }
    Ok(())
}
