//! Decision tables made ready, and what formulas may call.

use std::sync::Arc;

use crate::coverage::Watch;
use crate::eval::Answer;
use crate::formula::TableSignature;
use crate::pack::{Pack, Table, TableOutput};
use crate::table::Lookup;

/// A decision table ready for look-ups.
#[derive(Clone, Debug)]
pub(crate) struct PreparedTable {
    pub(crate) table: Arc<Table>,
    pub(crate) lookup: Arc<Lookup>,
    /// For a table of one input that gives numbers: their scale, and the number of each class of
    /// the input where there is one that fits.
    pub(crate) answers: Option<(u8, Arc<[Option<i64>]>)>,
    /// Who notes the look-ups, while the tests of a pack run.
    pub(crate) watch: Option<Arc<Watch>>,
}

impl PreparedTable {
    pub(crate) fn new(table: &Table) -> Self {
        let mut prepared = Self {
            lookup: Arc::new(Lookup::new(table)),
            table: Arc::new(table.clone()),
            answers: None,
            watch: None,
        };
        if let (TableOutput::Number { scale, .. }, [_]) = (table.output, table.inputs.as_slice()) {
            let classes = 0..prepared.lookup.classes(0);
            let answer = |class| {
                let hit = prepared.lookup.hit(&[class]);
                let Some(Answer::Number(number)) = prepared.answer(hit) else {
                    return None;
                };
                i64::try_from(number.rescaled(scale)?.mantissa).ok()
            };
            prepared.answers = Some((scale, classes.map(answer).collect()));
        }
        prepared
    }
}

/// Tables by id, then the parameters whose version a row picks.
pub(super) fn signatures(pack: &Pack) -> Vec<TableSignature> {
    let mut all: Vec<TableSignature> = Vec::new();
    for table in &pack.tables {
        if all.iter().any(|known| known.id == table.id) {
            continue;
        }
        all.push(TableSignature {
            id: table.id.clone(),
            inputs: table.inputs.iter().map(|input| input.ty).collect(),
            output: table.output,
            by: table.by.clone(),
            is_parameter: false,
        });
    }
    let dated = pack.parameters.iter().filter(|one| one.by.is_some());
    all.extend(dated.map(|parameter| TableSignature {
        id: parameter.id.clone(),
        inputs: Vec::new(),
        output: TableOutput::Number {
            unit: parameter.unit,
            scale: parameter.scale,
        },
        by: parameter.by.clone(),
        is_parameter: true,
    }));
    all
}
