//! `cargo bench -p bench [scoring] [month] [tables]`: all parts, or those named.

use bench::city::City;
use bench::figures::Figures;
use bench::{Failure, machine, month, scoring, tables};

fn main() -> Result<(), Failure> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let asked = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    let machine = machine::describe();
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
    println!("{machine}\n");
    if asked("tables") {
        println!("{}", tables::measure()?);
    }
    println!("{figures}");
    Ok(())
}
