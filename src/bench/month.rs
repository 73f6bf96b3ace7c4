//! A whole month of a city by stage, through the same doors as the command line.

use std::time::Duration;

use crate::Failure;
use crate::city::{City, period};
use crate::figures::{Figure, grouped};
use crate::timing::median;

/// Months measured; the figures are medians.
const ROUNDS: usize = 3;

/// Figures by stage, and the last city for what else is measured on it.
pub fn measure() -> Result<(Vec<Figure>, City), Failure> {
    let mut city = City::new(false)?;
    let mut stages = run(&city)?;
    for round in 1..ROUNDS {
        eprintln!("整月 {} / {ROUNDS} (whole month)", round + 1);
        city = City::new(false)?;
        for ((name, times), (again, new)) in stages.iter_mut().zip(run(&city)?) {
            if *name != again {
                return Err("各次运行的阶段不同 (the stages of the runs differ)".into());
            }
            times.extend(new);
        }
    }
    let whole = (0..ROUNDS).map(|round| {
        let times = stages.iter().filter_map(|(_, times)| times.get(round));
        times.sum()
    });
    let mut whole: Vec<Duration> = whole.collect();
    let size = format!("{} 行文件 file rows", grouped(u128::from(city.file_rows)));
    let mut figures: Vec<Figure> = stages
        .into_iter()
        .map(|(name, mut times)| {
            let stage = format!("整月 month：{name}");
            Figure::time(&stage, size.clone(), median(&mut times))
        })
        .collect();
    figures.push(Figure::time(
        "整月 month：合计 total",
        size,
        median(&mut whole),
    ));
    Ok((figures, city))
}

/// The stages of one month with their times.
fn run(city: &City) -> Result<Vec<(String, Vec<Duration>)>, Failure> {
    let summary = city.app.run(period()?, "bench", &mut |_| ())?;
    let mut stages = vec![
        ("generate".to_owned(), vec![city.generate]),
        ("import".to_owned(), vec![city.import]),
    ];
    for (name, millis) in summary.stages {
        let time = Duration::from_millis(u64::try_from(millis)?);
        stages.push((name.to_owned(), vec![time]));
    }
    Ok(stages)
}
