//! `cargo bench -p bench -- [scoring] [month] [tables]`: all parts, or those named. Tables alone need
//! no city, and with `--no-default-features` nothing but the engine is built for them.

use bench::{Failure, machine, tables};
#[cfg(feature = "city")]
use bench::{city::City, figures::Figures, month, scoring};

fn main() -> Result<(), Failure> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let asked = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    println!("{}\n", machine::describe());
    if asked("tables") {
        println!("{}", tables::measure()?);
    }
    #[cfg(feature = "city")]
    println!("{}", of_the_city(asked)?);
    Ok(())
}

/// What the generated city is needed for.
#[cfg(feature = "city")]
fn of_the_city(asked: impl Fn(&str) -> bool) -> Result<Figures, Failure> {
    let mut figures = Figures::default();
    if asked("scoring") {
        let scene = City::new(true)?.scene()?;
        let sizes = [1_000, 10_000, 100_000];
        figures.extend(scoring::measure("小城 small city", &scene, &sizes)?);
    }
    let mut city = None;
    if asked("month") {
        let (stages, last) = month::measure()?;
        figures.extend(stages);
        city = Some(last);
    }
    if asked("scoring") {
        let city = match city {
            Some(city) => city,
            None => City::new(false)?,
        };
        let scene = city.scene()?;
        figures.extend(scoring::measure(
            "郑州规模 whole city",
            &scene,
            &[1_000, 10_000],
        )?);
    }
    Ok(figures)
}
