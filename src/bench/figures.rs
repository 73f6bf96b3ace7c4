//! The table of figures.

use std::fmt;
use std::time::Duration;

use engine::reference::{BigRational, Number as _};

use crate::timing::Pair;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Figure {
    stage: String,
    size: String,
    ours: String,
    reference: String,
    ratio: String,
    error: String,
}

/// Lines with a head.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    lines: Vec<Figure>,
}

/// Largest absolute errors against exact rationals.
#[derive(Clone, Debug)]
pub struct Errors {
    /// Of the engine.
    pub ours: BigRational,
    /// Of the reference.
    pub reference: BigRational,
}

impl Figure {
    /// A comparison over a number of departments.
    pub fn compared(
        stage: &str,
        size: String,
        departments: usize,
        pair: Pair,
        errors: Option<&Errors>,
    ) -> Self {
        Self {
            stage: stage.to_owned(),
            size,
            ours: throughput(departments, pair.ours),
            reference: throughput(departments, pair.reference),
            ratio: ratio(pair),
            error: errors.map_or_else(dash, |errors| {
                format!(
                    "{} / {}",
                    magnitude(&errors.ours),
                    magnitude(&errors.reference)
                )
            }),
        }
    }

    /// Throughput of a stage without peer.
    pub fn throughput(stage: &str, size: String, departments: usize, time: Duration) -> Self {
        Self {
            stage: stage.to_owned(),
            size,
            ours: throughput(departments, time),
            reference: dash(),
            ratio: dash(),
            error: dash(),
        }
    }

    /// A stage's time.
    pub fn time(stage: &str, size: String, time: Duration) -> Self {
        Self {
            stage: stage.to_owned(),
            size,
            ours: shown(time),
            reference: dash(),
            ratio: dash(),
            error: dash(),
        }
    }
}

impl Figures {
    /// Appends a line.
    pub fn push(&mut self, figure: Figure) {
        self.lines.push(figure);
    }

    /// Appends lines.
    pub fn extend(&mut self, figures: Vec<Figure>) {
        self.lines.extend(figures);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| 阶段 stage | 规模 size | 衡享 ours | 参照 reference | 倍数 ratio \
             | 最大绝对误差 max abs error (ours / reference) |"
        )?;
        writeln!(f, "|---|---|---:|---:|---:|---|")?;
        for line in &self.lines {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} |",
                line.stage, line.size, line.ours, line.reference, line.ratio, line.error
            )?;
        }
        Ok(())
    }
}

fn dash() -> String {
    "—".to_owned()
}

/// «1 234 567»
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn shown(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..10_000 => format!("{micros} µs"),
        10_000..10_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

/// Departments a second, and nanoseconds for each.
fn throughput(departments: usize, time: Duration) -> String {
    let nanos = time.as_nanos().max(1);
    let departments = departments.max(1) as u128;
    let each = nanos / departments;
    let each = if each < 10_000 {
        format!("{} ns", grouped(each))
    } else {
        format!("{} µs", grouped(each / 1000))
    };
    let rate = departments * 1_000_000_000 / nanos;
    format!("{}/s ({each})", grouped(rate))
}

fn ratio(pair: Pair) -> String {
    let tenths = pair.reference.as_nanos() * 10 / pair.ours.as_nanos().max(1);
    format!("{}.{}×", tenths / 10, tenths % 10)
}

/// The power of ten at or above a number: «≤ 1e-28»; «0» for nothing.
pub fn magnitude(error: &BigRational) -> String {
    if error.is_nothing() {
        return "0".to_owned();
    }
    let ten = BigRational::from_integer(10.into());
    let mut exponent = 0;
    let mut bound = BigRational::from_integer(1.into());
    while bound < *error {
        bound *= &ten;
        exponent += 1;
    }
    while &bound / &ten >= *error {
        bound /= &ten;
        exponent -= 1;
    }
    format!("≤ 1e{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(shown(Duration::from_micros(12_345_678)), "12.3 s");
        assert_eq!(
            throughput(2000, Duration::from_millis(1)),
            "2 000 000/s (500 ns)"
        );
        let pair = Pair {
            ours: Duration::from_nanos(20),
            reference: Duration::from_nanos(333),
        };
        assert_eq!(ratio(pair), "16.6×");
    }

    #[test]
    fn errors_are_bounded_by_a_power_of_ten() {
        let error =
            |above: i64, below: i64| magnitude(&BigRational::new(above.into(), below.into()));
        assert_eq!(error(0, 1), "0");
        assert_eq!(error(1, 1000), "≤ 1e-3");
        assert_eq!(error(1, 1001), "≤ 1e-3");
        assert_eq!(error(1, 999), "≤ 1e-2");
        assert_eq!(error(25, 1), "≤ 1e2");
    }
}
