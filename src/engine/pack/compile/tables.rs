//! Decision tables made ready, and what formulas may call.

use std::sync::Arc;

use crate::coverage::Watch;
use crate::formula::TableSignature;
use crate::pack::{Pack, Table, TableOutput};
use crate::table::Lookup;

/// A decision table ready for look-ups.
#[derive(Clone, Debug)]
pub(crate) struct PreparedTable {
    pub(crate) table: Arc<Table>,
    pub(crate) lookup: Arc<Lookup>,
    /// Who notes the look-ups, while the tests of a pack run.
    pub(crate) watch: Option<Arc<Watch>>,
}

impl PreparedTable {
    pub(crate) fn new(table: &Table) -> Self {
        Self {
            lookup: Arc::new(Lookup::new(table)),
            table: Arc::new(table.clone()),
            watch: None,
        }
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
