//! Writing the model city to a folder.

use std::path::Path;

use city::Plan;
pub use city::{Preset, Written};
use domain::Period;

use crate::error::Error;
use crate::rulebook;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// City or province.
    pub preset: Preset,
    /// Same seed, same bytes.
    pub seed: u64,
    /// Number of months.
    pub months: u32,
    /// The last month.
    pub until: Period,
    /// A fiftieth of the size, for tests and first looks.
    pub small: bool,
}

/// Generates the files below the folder. A file that is there already with the same bytes is left
/// alone.
pub fn generate(
    order: Order,
    out: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Written, Error> {
    if out.is_file() {
        let reason = format!(
            "{} 是文件，应为文件夹 (a file, a folder is wanted)",
            out.display()
        );
        return Err(Error::BadInput {
            what: "输出位置",
            reason,
        });
    }
    let calendar = rulebook::built_in_calendar()?;
    let plan = Plan {
        preset: order.preset,
        seed: order.seed,
        months: order.months,
        until: order.until,
        scale: order.small.then_some(city::Scale::SMALL),
        calendar: &calendar,
    };
    let mut sink = |name: &str, bytes: Vec<u8>| -> std::io::Result<()> {
        let path = out.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        crate::write_whole(&path, &bytes).map_err(std::io::Error::other)
    };
    city::generate(&plan, &mut sink, progress).map_err(|error| Error::BadInput {
        what: "生成数据",
        reason: error.to_string(),
    })
}
