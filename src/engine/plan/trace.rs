//! The trace of one value: the rows of one subject evaluated on their own, term by term.

mod rows;
mod uses;

use super::bound::{Bound, subject_fault};
use super::decompose::{Found, decompose};
use super::given::Places;
use super::indicators::{PlacedFault, Worked, value_at};
use crate::eval::{Grouping, LaneFault, Machine, Place, Rows};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::formula::tree::{Carry, Kind, Node, Peer};
use crate::formula::{show, show_aggregate, show_peer};
use crate::frame::{ColumnData, Columns, Slice, Values};
use crate::pack::CompiledRule;
use crate::trace::{AggregateTrace, CarryTrace, PeerTrace, Trace};
use rows::{MISSING, terms};

impl Bound<'_> {
    /// How the value of an indicator (index into the pack) for a subject came about.
    pub fn trace(&self, indicator: usize, subject: usize) -> Result<Trace, Vec<Fault>> {
        let Some(job) = self.job(indicator) else {
            return Err(vec![self.unknown(subject)]);
        };
        let (rule, declared) = (job.rule, job.indicator);
        let named = (declared.id.as_str(), &declared.place);
        let range = self
            .table(rule.table)
            .map_or(0..0, |table| table.rows_of(subject));
        let columns = self.slice(rule.table, &range);
        let columns = Columns::given(&columns);
        let machine = Machine::new(&self.plan.constants, Some(&self.calendar), columns, &[]);
        let offsets = [0, u32::try_from(range.len()).unwrap_or(u32::MAX)];
        let at_row = |mut fault: LaneFault| {
            fault.lane += range.start;
            vec![self.row_fault(named, rule.table, fault)]
        };
        let places = self.places(&job).map_err(|fault| vec![*fault])?;
        let given = self.given(rule, &places, std::iter::once(subject));
        let mut cells = job.cells(1);
        let all = Rows::new(vec![true; range.len()]);
        let worked = self
            .work_out(
                &job,
                &machine,
                Grouping::runs(&offsets),
                &all,
                &given,
                &mut cells,
            )
            .map_err(|fault| match fault {
                PlacedFault::Row(fault) => at_row(fault),
                PlacedFault::Subject(fault) => vec![subject_fault(named, subject, fault.kind)],
            })?;
        let Some(cell) = cells.get(0) else {
            return Err(vec![self.unknown(subject)]);
        };
        let aggregates = self
            .aggregate_traces(rule, &machine, &worked, range.start)
            .map_err(at_row)?;
        let peers = self.peer_traces(rule, &places, subject);
        let carried = self.carry_traces(rule, subject);
        let found = Found {
            formula: &rule.value,
            aggregates: &aggregates,
            peers: &peers,
            constants: &self.plan.constants,
        };
        let decomposition = cell.value.and_then(|_| decompose(&found));
        Ok(Trace {
            indicator,
            subject,
            cell,
            formula: declared.value.text.clone(),
            substituted: self.substituted(rule, &aggregates, &peers, &carried),
            decomposition,
            peers,
            carried,
            rows: self.row_traces(rule, &machine, worked.rows.flags(), range.start),
            parameters: self.parameters_used(rule),
            tables: self.tables_used(rule, &machine, worked.rows.flags(), cell.value),
            slices: match cell.value {
                Some(Value::Number(value)) => self.slice_shares(rule, declared, value),
                _ => Vec::new(),
            },
            aggregates,
        })
    }

    fn unknown(&self, subject: usize) -> Fault {
        let header = &self.plan.pack.header;
        let table = header.id.clone();
        subject_fault(
            (&header.id, &header.place),
            subject,
            FaultKind::WrongFrame { table },
        )
    }

    /// The columns of some rows.
    fn slice(&self, table: usize, range: &std::ops::Range<usize>) -> Vec<ColumnData> {
        fn part<T: Clone>(values: &[T], range: &std::ops::Range<usize>) -> Vec<T> {
            values.get(range.clone()).unwrap_or_default().to_vec()
        }
        self.columns(table)
            .iter()
            .map(|column| ColumnData {
                values: match &column.values {
                    Values::Bool(values) => Values::Bool(part(values, range)),
                    Values::Date(values) => Values::Date(part(values, range)),
                    Values::Number(values) => {
                        let own = values.slice(range.clone()).map(Slice::to_vec);
                        Values::Number(own.unwrap_or_default().into())
                    }
                    Values::Text { codes, dictionary } => Values::Text {
                        codes: part(codes, range),
                        dictionary: std::sync::Arc::clone(dictionary),
                    },
                },
                known: column.known.as_ref().map(|known| part(known, range)),
            })
            .collect()
    }

    fn aggregate_traces(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        worked: &Worked<'_, '_>,
        offset: usize,
    ) -> Result<Vec<AggregateTrace>, LaneFault> {
        let mut traces = Vec::with_capacity(worked.aggregates.len());
        for (aggregate, result) in rule.value.aggregates.iter().zip(&worked.aggregates) {
            let text = self
                .plan
                .names(rule.table)
                .map_or_else(String::new, |names| show_aggregate(aggregate, names));
            let known = result
                .known
                .as_ref()
                .is_none_or(|known| known.contains(&true));
            let value = match value_at(&result.values.lanes(), aggregate.ty.scale(), 0) {
                Ok(Value::Number(value)) if known => value,
                _ => Quantity::ZERO,
            };
            let selected = worked.rows.select(machine, aggregate.filter.as_ref(), 0)?;
            let terms = terms(machine, aggregate, selected.flags(), value)?;
            traces.push(AggregateTrace {
                text,
                value,
                terms: terms
                    .into_iter()
                    .map(|(row, term)| (row + offset, term))
                    .collect(),
            });
        }
        Ok(traces)
    }

    fn peer_traces(&self, rule: &CompiledRule, places: &Places, subject: usize) -> Vec<PeerTrace> {
        let Some(names) = self.plan.names(rule.table) else {
            return Vec::new();
        };
        let trace = |(peer, places): (&Peer, &Vec<Option<Place>>)| {
            let place = (*places.get(subject)?)?;
            Some(PeerTrace {
                verb: peer.verb,
                text: show_peer(peer, Some(&rule.value), names, &|_| None),
                own: place.own,
                basis: place.basis,
                subjects: place.subjects,
                value: place.value,
            })
        };
        let peers = rule.value.peers.iter().zip(places);
        peers.filter_map(trace).collect()
    }

    fn carry_traces(&self, rule: &CompiledRule, subject: usize) -> Vec<CarryTrace> {
        let trace = |carry: &Carry| CarryTrace {
            id: carry.id.clone(),
            value: self.carried(carry, subject),
        };
        rule.value.carries.iter().map(trace).collect()
    }

    fn substituted(
        &self,
        rule: &CompiledRule,
        aggregates: &[AggregateTrace],
        peers: &[PeerTrace],
        carried: &[CarryTrace],
    ) -> String {
        let Some(names) = self.plan.names(rule.table) else {
            return String::new();
        };
        let found = |value: Option<Quantity>| value.map_or(MISSING.into(), |one| one.to_string());
        let put = |node: &Node| match &node.kind {
            Kind::Aggregate(index) => aggregates.get(*index).map(|one| one.value.to_string()),
            Kind::Peer(index) => peers.get(*index).map(|one| found(one.value)),
            Kind::Carry(index) => carried.get(*index).map(|one| found(one.value)),
            Kind::Parameter(index) => self.parameter_text(*index),
            _ => None,
        };
        show(&rule.value.root, Some(&rule.value), names, &put)
    }

    fn parameter_text(&self, index: usize) -> Option<String> {
        let parameter = self.plan.pack.parameters.get(index)?;
        let value = self.plan.parameter(&parameter.id)?;
        Some(value.value.to_string())
    }
}
