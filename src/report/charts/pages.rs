//! Rows under group headings, broken into drawings of a page each.

/// A line of a chart of departments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line<'a, R> {
    /// The heading of a group.
    Heading(&'a str),
    /// A row.
    Row(&'a R),
}

/// Height of a row in pixels.
pub(super) const ROW: i32 = 17;
/// Height of a heading in pixels.
pub(super) const HEADING: i32 = 26;

impl<R> Line<'_, R> {
    /// Its height in pixels.
    pub(super) fn height(&self) -> i32 {
        match self {
            Self::Heading(_) => HEADING,
            Self::Row(_) => ROW,
        }
    }
}

/// Breaks groups of rows into as few pages of at most `budget` pixels as will do, about equally
/// long. A heading is repeated where its group goes on, and never stands last on a page.
pub(super) fn paginate<'a, R>(
    groups: &[(&'a str, Vec<&'a R>)],
    budget: i32,
) -> Vec<Vec<Line<'a, R>>> {
    let fewest = fill(groups, budget);
    // The lowest budget that takes no more pages leaves no stray row on the last one.
    (0..budget / ROW)
        .map(|step| HEADING + step * ROW)
        .map(|tighter| fill(groups, tighter))
        .find(|pages| pages.len() <= fewest.len())
        .unwrap_or(fewest)
}

fn fill<'a, R>(groups: &[(&'a str, Vec<&'a R>)], budget: i32) -> Vec<Vec<Line<'a, R>>> {
    let mut pages = Vec::new();
    let mut page: Vec<Line<'a, R>> = Vec::new();
    let mut used = 0;
    for (title, rows) in groups {
        let mut headed = false;
        for row in rows {
            let needed = if headed { ROW } else { HEADING + ROW };
            if used + needed > budget && !page.is_empty() {
                pages.push(std::mem::take(&mut page));
                used = 0;
                headed = false;
            }
            if !headed {
                page.push(Line::Heading(title));
                used += HEADING;
                headed = true;
            }
            page.push(Line::Row(row));
            used += ROW;
        }
    }
    if !page.is_empty() {
        pages.push(page);
    }
    pages
}

/// The title, with «（1/3）» where a chart takes several drawings.
pub(super) fn numbered(title: &str, index: usize, of: usize) -> String {
    if of < 2 {
        title.to_owned()
    } else {
        format!("{title}（{}/{of}）", index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_never_stands_last_and_is_repeated() {
        let rows = [0; 5];
        let all: Vec<&i32> = rows.iter().collect();
        let groups = [("甲", all.clone()), ("乙", all)];
        let pages = paginate(&groups, HEADING + 5 * ROW + HEADING);
        let shape: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| {
                page.iter()
                    .map(|line| match line {
                        Line::Heading(title) => *title,
                        Line::Row(_) => "-",
                    })
                    .collect()
            })
            .collect();
        assert_eq!(
            shape,
            [
                vec!["甲", "-", "-", "-", "-", "-"],
                vec!["乙", "-", "-", "-", "-", "-"]
            ]
        );
    }

    #[test]
    fn pages_are_about_equally_long() {
        let rows = [0; 7];
        let groups = [("甲", rows.iter().collect())];
        let lengths: Vec<usize> = paginate(&groups, HEADING + 6 * ROW)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(lengths, [5, 4]);
    }
}
