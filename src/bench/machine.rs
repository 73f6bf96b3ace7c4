//! What the figures were measured on.

use std::fs;

/// One line: processors, memory, load.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "未知处理器".to_owned());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "未知".to_owned());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    format!(
        "{cores} × {model}，内存 {memory}，{} {}，开始时负载 {} \
         (cores × CPU, memory, system, load averages at the start; one thread is used)",
        std::env::consts::OS,
        std::env::consts::ARCH,
        load.join(" ")
    )
}

/// The first value of a key in a file of `key: value` lines.
fn field(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.trim() == key)?;
    Some(value.trim().to_owned())
}
