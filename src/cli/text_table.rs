//! Tables for the terminal, in which a Chinese character is two columns wide.

/// How a column is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Columns of the terminal that the text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide and full-width characters.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 |
        0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 |
        0x20000..=0x3FFFD)
}

/// Sets rows under a head, columns as wide as their widest cell, two spaces between.
pub fn render(head: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = head.iter().map(|(title, _)| width(title)).collect();
    for row in rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            *column = (*column).max(width(cell));
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for ((cell, (_, align)), column) in cells.zip(head).zip(&widths) {
            let gap = " ".repeat(column.saturating_sub(width(cell)));
            match align {
                Align::Left => text.extend([cell, &gap]),
                Align::Right => text.extend([&gap, cell]),
            }
            text.push_str("  ");
        }
        text.trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut head.iter().map(|(title, _)| *title));
    let rules: Vec<String> = widths.iter().map(|column| "─".repeat(*column)).collect();
    text.push_str(&line(&mut rules.iter().map(String::as_str)));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_chinese_heads() {
        let rows = [
            ["郑州市公安局".into(), "91.20".into()],
            ["ab".into(), "8.00".into()],
        ];
        let text = render(
            &[("部门", Align::Left), ("总分", Align::Right)],
            &rows.map(Vec::from),
        );
        assert_eq!(
            text,
            "部门           总分\n────────────  ─────\n郑州市公安局  91.20\nab             8.00\n"
        );
    }
}
