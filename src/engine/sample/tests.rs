#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use proptest::prelude::*;

use super::*;
use crate::fault::FaultKind;

/// Cases of a property: at least 2,000, more by PROPTEST_CASES.
pub(crate) fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    let cases = config.cases.max(2_000);
    ProptestConfig { cases, ..config }
}

thread_local! {
    static SETTINGS: Vec<Setting> =
        Rounding::ALL.map(|mode| Setting::new(mode).unwrap()).into();
}

proptest! {
    #![proptest_config(cases())]
    #[test]
    fn columns_agree_with_unbounded_rationals(seed: u64) {
        SETTINGS.with(|settings| {
            let mut random = Random::new(seed);
            let setting = random.pick(settings).unwrap();
            let reach = if random.chance(50) { Reach::Extreme } else { Reach::Ordinary };
            let frame = facts(&setting.schema, &mut random, reach);
            let trial = Trial::new(setting, &frame).unwrap();
            for level in [Level::Row, Level::Subject, Level::Row, Level::Subject] {
                let question = setting.question(&mut random, level);
                prop_assert_eq!(trial.disagreement(&question), None);
            }
            Ok(())
        })?;
    }
}

#[test]
fn nearly_all_random_formulas_check_and_most_have_a_value() {
    let setting = Setting::new(Rounding::HalfUp).unwrap();
    let mut random = Random::new(809);
    let (mut refused, mut known, mut faults, mut overflows) = (Vec::new(), 0, 0, 0);
    for _ in 0..300 {
        let frame = facts(&setting.schema, &mut random, Reach::Ordinary);
        let trial = Trial::new(&setting, &frame).unwrap();
        for level in [Level::Row, Level::Subject] {
            let text = setting.text(&mut random, level);
            let question = match setting.ask(&text, level) {
                Ok(question) => question,
                Err(all) => {
                    refused.push(format!("{text}\n  {}", all[0].message));
                    continue;
                }
            };
            for answer in trial.columns(&question) {
                match answer {
                    Ok(_) => known += 1,
                    Err(FaultKind::Overflow) => overflows += 1,
                    Err(_) => faults += 1,
                }
            }
        }
    }
    assert!(refused.len() <= 30, "{}", refused.join("\n"));
    let all = known + faults + overflows;
    assert!(known * 100 > all * 80, "{known} of {all} have a value");
    assert!(faults > 50, "only {faults} faults");
    assert!(overflows * 100 < all * 3, "{overflows} of {all} overflow");
}
