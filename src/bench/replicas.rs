//! A frame many times over: more departments of the same kind.

use engine::{ColumnData, Frame, FrameTable, Values};

/// The frame `copies` times, one after the other.
pub fn replicate(frame: &Frame, copies: usize) -> Frame {
    Frame {
        subjects: frame.subjects * copies,
        peers: frame.peers.repeat(copies),
        prior: frame
            .prior
            .iter()
            .map(|(id, values)| (id.clone(), values.repeat(copies)))
            .collect(),
        tables: frame
            .tables
            .iter()
            .map(|table| FrameTable {
                offsets: offsets(table, copies),
                columns: table
                    .columns
                    .iter()
                    .map(|one| column(one, copies))
                    .collect(),
            })
            .collect(),
    }
}

fn offsets(table: &FrameTable, copies: usize) -> Vec<u32> {
    let rows = table.offsets.last().copied().unwrap_or(0);
    let mut offsets = vec![0];
    for copy in 0..u32::try_from(copies).unwrap_or(u32::MAX) {
        let ends = table.offsets.iter().skip(1);
        offsets.extend(ends.map(|end| copy * rows + end));
    }
    offsets
}

fn column(column: &ColumnData, copies: usize) -> ColumnData {
    ColumnData {
        values: match &column.values {
            Values::Bool(values) => Values::Bool(values.repeat(copies)),
            Values::Date(values) => Values::Date(values.repeat(copies)),
            Values::Number(values) => Values::Number(values.repeat(copies)),
            Values::Text { codes, dictionary } => Values::Text {
                codes: codes.repeat(copies),
                dictionary: std::sync::Arc::clone(dictionary),
            },
        },
        known: column.known.as_ref().map(|known| known.repeat(copies)),
    }
}

/// Rows of all tables.
pub fn rows(frame: &Frame) -> usize {
    frame.tables.iter().map(FrameTable::rows).sum()
}

/// Bytes of all columns.
pub fn bytes(frame: &Frame) -> usize {
    let columns = frame.tables.iter().flat_map(|table| &table.columns);
    columns
        .map(|column| {
            let rows = column.values.len();
            let width = match &column.values {
                Values::Bool(_) => 1,
                Values::Date(_) | Values::Text { .. } => 4,
                Values::Number(values) => values.width(),
            };
            rows * (width + usize::from(column.known.is_some()))
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use engine::Quantity;

    use super::*;

    #[test]
    fn copies_keep_rows_with_their_subjects() {
        let frame = Frame {
            subjects: 2,
            peers: vec![0, 1],
            prior: [("total".to_owned(), vec![None, Some(Quantity::ONE)])].into(),
            tables: vec![FrameTable {
                offsets: vec![0, 1, 3],
                columns: vec![ColumnData::numbers(vec![5, 6, 7])],
            }],
        };
        let twice = replicate(&frame, 2);
        assert_eq!(twice.subjects, 4);
        assert_eq!(twice.peers, [0, 1, 0, 1]);
        let one = Some(Quantity::ONE);
        assert_eq!(twice.prior.get("total"), Some(&vec![None, one, None, one]));
        let table = twice.tables.first();
        let rows: Vec<_> = (0..4).filter_map(|at| Some(table?.rows_of(at))).collect();
        assert_eq!(rows, [0..1, 1..3, 3..4, 4..6]);
        assert_eq!(
            table.map(|table| &table.columns),
            Some(&vec![ColumnData::numbers(vec![5, 6, 7, 5, 6, 7])])
        );
    }
}
