//! Writes the sample bulletin in every format into a folder, to look at while changing templates:
//! `cargo run -p report --example specimen -- FOLDER [DEPARTMENTS]`.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use report::{Chart, Fonts, html, paint, pdf, sample, xlsx};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let departments = arguments.next().map_or(Ok(60), |text| text.parse())?;
    std::fs::create_dir_all(&folder)?;
    let bulletin = sample::bulletin(departments);
    let fonts = Fonts::load(None)?;

    let started = Instant::now();
    let found = pdf::bulletin(&bulletin, &fonts)?;
    println!("pdf {} pages {:?}", found.pages, started.elapsed());
    found.warnings.iter().for_each(|line| println!("{line}"));
    std::fs::write(folder.join("bulletin.pdf"), found.bytes)?;

    let started = Instant::now();
    std::fs::write(folder.join("bulletin.html"), html::bulletin(&bulletin)?)?;
    println!("html {:?}", started.elapsed());

    let started = Instant::now();
    std::fs::write(folder.join("bulletin.xlsx"), xlsx::bulletin(&bulletin)?)?;
    println!("xlsx {:?}", started.elapsed());

    if let Some(sheet) = bulletin.sheets.first() {
        let found = pdf::department(&bulletin, sheet, &fonts)?;
        std::fs::write(folder.join("department.pdf"), found.bytes)?;
        let page = html::department(&bulletin, sheet)?;
        std::fs::write(folder.join("department.html"), page)?;
    }
    for chart in Chart::ALL {
        for (index, drawing) in chart.draw(&bulletin).iter().enumerate() {
            let path = folder.join(format!("{}-{index}", chart.name()));
            std::fs::write(path.with_extension("svg"), paint::svg(drawing)?)?;
            std::fs::write(path.with_extension("png"), paint::png(drawing, 2)?)?;
        }
    }
    Ok(())
}
