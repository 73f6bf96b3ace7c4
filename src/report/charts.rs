//! The charts of a bulletin, laid out as drawings. A chart with many rows continues on further
//! drawings; a chart without data has none.

mod axes;
mod compensation;
mod network;
mod pages;
mod ranking;
mod trend;

use crate::drawing::Drawing;
use crate::model::Bulletin;

/// One chart of the bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Total score of every department, by group.
    Ranking,
    /// Score of every department on every axis.
    Axes,
    /// Scores over the months.
    Trend,
    /// Who shares with whom, and who stands alone.
    Network,
    /// Compensation by payer and by department, split by component.
    Compensation,
}

impl Chart {
    /// All charts in the order of the bulletin.
    pub const ALL: [Self; 5] = [
        Self::Ranking,
        Self::Axes,
        Self::Trend,
        Self::Network,
        Self::Compensation,
    ];

    /// Stable name, used as file name and anchor.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ranking => "ranking",
            Self::Axes => "axes",
            Self::Trend => "trend",
            Self::Network => "network",
            Self::Compensation => "compensation",
        }
    }

    /// Title in the caption.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ranking => "各部门考核得分",
            Self::Axes => "各部门分维度得分率",
            Self::Trend => "得分走势",
            Self::Network => "部门间共享网络",
            Self::Compensation => "补偿资金构成",
        }
    }

    /// The drawings of the chart.
    pub fn draw(self, bulletin: &Bulletin) -> Vec<Drawing> {
        match self {
            Self::Ranking => ranking::draw(bulletin),
            Self::Axes => axes::draw(bulletin),
            Self::Trend => trend::draw(bulletin),
            Self::Network => network::draw(bulletin),
            Self::Compensation => compensation::draw(bulletin),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use std::fmt::Write as _;

    use super::*;
    use crate::drawing::{PAGE_HEIGHT, check};
    use crate::sample;

    #[test]
    fn labels_are_neither_clipped_nor_overlapping() {
        for departments in [1, 2, 7, 60, 150] {
            let bulletin = sample::bulletin(departments);
            for chart in Chart::ALL {
                for drawing in chart.draw(&bulletin) {
                    check::labels_are_readable(&drawing);
                    assert!(
                        drawing.height <= PAGE_HEIGHT,
                        "{chart:?} {}",
                        drawing.height
                    );
                }
            }
        }
    }

    #[test]
    fn every_department_is_on_the_charts_of_departments() {
        let bulletin = sample::bulletin(150);
        for chart in [Chart::Ranking, Chart::Axes] {
            let text: String = chart.draw(&bulletin).iter().map(Drawing::text).collect();
            for row in &bulletin.axis_table {
                let start: String = row.department.chars().take(8).collect();
                assert!(text.contains(&start), "{chart:?} lacks {start}");
            }
        }
    }

    #[test]
    fn the_words_of_every_chart_are_as_recorded() {
        let bulletin = sample::bulletin(7);
        let mut text = String::new();
        for chart in Chart::ALL {
            for drawing in chart.draw(&bulletin) {
                writeln!(text, "# {}\n{}", drawing.title, drawing.alt).unwrap();
                for label in drawing.labels() {
                    let place = (label.x, label.baseline, label.anchor);
                    writeln!(text, "{place:?} {}", label.text).unwrap();
                }
            }
        }
        insta::assert_snapshot!("charts", text);
    }

    #[test]
    fn no_data_means_no_chart() {
        let empty = sample::bulletin(0);
        for chart in Chart::ALL {
            assert_eq!(chart.draw(&empty), [], "{chart:?}");
        }
    }
}
