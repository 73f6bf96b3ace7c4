//! The `usage` table: one row per provider, resource, consumer and day.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::DepartmentId;
use domain::facts::{SourceLine, UsageDay};
use engine::frame::Dictionary;
use engine::{ColumnData, Values};

use super::{Builder, FactTable, Grouped, Owner};
use crate::assessment::Note;
use crate::error::AssessError;

/// How provider and consumer lie to each other.
#[derive(Clone, Copy)]
struct Relation {
    payer: u32,
    horizontal: bool,
    vertical: bool,
}

/// Usage that credits nobody, counted for the notes.
#[derive(Default)]
struct LeftOut {
    rows: u64,
    evidence: Vec<SourceLine>,
}

impl LeftOut {
    fn add(&mut self, source: SourceLine) {
        self.rows += 1;
        if self.evidence.len() < 5 {
            self.evidence.push(source);
        }
    }

    fn note(self, code: &str, message: &str) -> Option<Note> {
        let rows = self.rows;
        (rows > 0).then(|| Note {
            code: code.to_owned(),
            department: None,
            message: message.replace("{rows}", &rows.to_string()),
            evidence: self.evidence,
        })
    }
}

/// Looks ids up, remembering the last: sorted usage repeats them.
struct Remembered<'a, T> {
    last: Option<(&'a str, T)>,
}

impl<'a, T: Copy> Remembered<'a, T> {
    const fn new() -> Self {
        Self { last: None }
    }

    fn get<E>(&mut self, key: &'a str, look_up: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        match self.last {
            Some((last, value)) if last == key => Ok(value),
            _ => {
                let value = look_up()?;
                self.last = Some((key, value));
                Ok(value)
            }
        }
    }
}

/// A text column whose texts are given by small indices.
struct Indexed {
    dictionary: Arc<Dictionary>,
    code_of: Vec<u32>,
}

impl Indexed {
    fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut dictionary = Dictionary::default();
        let code_of = texts
            .into_iter()
            .map(|text| dictionary.intern(text))
            .collect();
        Self {
            dictionary: Arc::new(dictionary),
            code_of,
        }
    }

    fn column(&self, indices: &[u32]) -> ColumnData {
        let code = |index: &u32| self.code_of.get(*index as usize).copied();
        ColumnData::full(Values::Text {
            codes: indices
                .iter()
                .map(|i| code(i).unwrap_or_default())
                .collect(),
            dictionary: Arc::clone(&self.dictionary),
        })
    }
}

fn count(value: u64, row: &UsageDay) -> Result<i64, AssessError> {
    i64::try_from(value).map_err(|_| AssessError::CountTooLarge {
        fact: format!("{} {} {}", row.resource, row.consumer, row.day),
    })
}

/// What the columns need of a row, found in one pass over the texts.
struct Resolved {
    /// Fact index.
    fact: u32,
    resource: u32,
    /// Identity of the consumer.
    consumer: u32,
    /// Jurisdictions of provider and consumer.
    jurisdictions: (u32, u32),
    /// Which stretch of the period it falls in, of those without a change of jurisdictions.
    stretch: usize,
}

impl Builder<'_> {
    pub(super) fn usage(&mut self) -> Result<(), AssessError> {
        let (first, last) = (self.period.first_day(), self.period.last_day());
        let changes = self.registry.jurisdictions.changes(first, last);
        let (owners, mut resolved) = self.usage_resolved(&changes)?;
        let grouped = Grouped::new(self.subjects, &owners);
        // From the order of facts, which `resolved` is in, to that of subjects.
        resolved.sort_by_cached_key(|row| owners.get(row.fact as usize).copied());
        let rows = Self::rows_of(&self.facts.usage, &grouped);
        let resources: Vec<u32> = resolved.iter().map(|row| row.resource).collect();
        let consumers: Vec<u32> = resolved.iter().map(|row| row.consumer).collect();
        let mut columns = Self::usage_numbers(&rows)?;
        columns.extend(self.resource_columns(&resources));
        let ids = Indexed::new(self.owners.ids.iter().map(|id| id.as_str()));
        columns.push(("consumer", ids.column(&consumers)));
        let starts: Vec<NaiveDate> = std::iter::once(first).chain(changes).collect();
        columns.extend(self.relation_columns(&resolved, &starts));
        self.set(FactTable::Usage, grouped, columns)
    }

    /// The subject credited with each row, and the rows that are credited: nobody gets credit for
    /// usage within one department (trap T2), nor for that of a department nobody answers for.
    fn usage_resolved(
        &mut self,
        changes: &[NaiveDate],
    ) -> Result<(Vec<Option<u32>>, Vec<Resolved>), AssessError> {
        let mut within = LeftOut::default();
        let mut orphaned = LeftOut::default();
        let mut providers = Remembered::new();
        let mut consumers = Remembered::new();
        let mut resources = Remembered::new();
        let mut owners = Vec::with_capacity(self.facts.usage.len());
        let mut resolved = Vec::with_capacity(self.facts.usage.len());
        for (fact, row) in (0_u32..).zip(&self.facts.usage) {
            let known = |id: &DepartmentId| self.department(id, FactTable::Usage, row.source);
            let provider = providers.get(row.provider.as_str(), || known(&row.provider))?;
            let consumer = consumers.get(row.consumer.as_str(), || known(&row.consumer))?;
            let subject = if !self.period.contains(row.day) {
                None
            } else if provider.identity == consumer.identity {
                within.add(row.source);
                None
            } else if provider.subject.is_none() {
                orphaned.add(row.source);
                None
            } else {
                provider.subject
            };
            owners.push(subject);
            if subject.is_some() {
                let code = row.resource.as_str();
                resolved.push(Resolved {
                    fact,
                    resource: resources.get(code, || {
                        self.resource(&row.resource, FactTable::Usage, row.source)
                    })?,
                    consumer: consumer.identity,
                    jurisdictions: (provider.jurisdiction, consumer.jurisdiction),
                    stretch: changes.partition_point(|change| *change <= row.day),
                });
            }
        }
        self.notes.extend(within.note(
            "usage_within_department",
            "{rows} 行共享使用的提供部门与需求部门为同一部门（含合并后），不计分 \
             (usage within one department, not credited)",
        ));
        self.notes.extend(orphaned.note(
            "usage_without_provider",
            "{rows} 行共享使用的提供部门已撤销且无承继部门，不计分 \
             (usage of departments without successor, not credited)",
        ));
        Ok((owners, resolved))
    }

    fn department(
        &self,
        id: &DepartmentId,
        table: FactTable,
        source: SourceLine,
    ) -> Result<Owner, AssessError> {
        self.owners
            .get(id)
            .ok_or_else(|| AssessError::UnknownDepartment {
                table: table.name(),
                department: id.clone(),
                file: super::file_name(self.facts, source),
                line: source.line,
            })
    }

    fn usage_numbers(rows: &[&UsageDay]) -> Result<Vec<(&'static str, ColumnData)>, AssessError> {
        let numbers = |value: fn(&UsageDay) -> u64| -> Result<ColumnData, AssessError> {
            let values = rows.iter().map(|row| count(value(row), row));
            Ok(ColumnData::numbers(values.collect::<Result<_, _>>()?))
        };
        Ok(vec![
            ("day", ColumnData::dates(rows.iter().map(|row| row.day))),
            ("succeeded", numbers(|row| row.succeeded)?),
            ("failed", numbers(|row| row.failed)?),
            (
                "calls",
                numbers(|row| row.succeeded.saturating_add(row.failed))?,
            ),
            ("records", numbers(|row| row.records)?),
            ("bytes", numbers(|row| row.bytes)?),
        ])
    }

    /// Columns that a row has from its resource.
    fn resource_columns(&self, resources: &[u32]) -> Vec<(&'static str, ColumnData)> {
        let all = &self.facts.resources;
        let numbers = |value: &dyn Fn(u32) -> i64| {
            ColumnData::numbers(resources.iter().map(|index| value(*index)).collect())
        };
        let grade = |index: u32| all.get(index as usize).map_or(0, |r| i64::from(r.grade));
        vec![
            (
                "resource",
                Indexed::new(all.iter().map(|r| r.code.as_str())).column(resources),
            ),
            (
                "share_type",
                Indexed::new(all.iter().map(|r| r.share_type.name())).column(resources),
            ),
            (
                "class",
                Indexed::new(all.iter().map(|r| r.class.as_str())).column(resources),
            ),
            (
                "update_cycle",
                Indexed::new(all.iter().map(|r| r.update_cycle.name())).column(resources),
            ),
            ("grade", numbers(&grade)),
            ("importance", numbers(&|index| self.importance_of(index))),
        ]
    }

    /// Columns from the jurisdictions of both sides: who pays, and across which border, as these were
    /// on the day. `starts` has the first day of each stretch.
    fn relation_columns(
        &self,
        rows: &[Resolved],
        starts: &[NaiveDate],
    ) -> Vec<(&'static str, ColumnData)> {
        let mut payers: Vec<&str> = vec![""];
        let mut relations: HashMap<(u32, u32, usize), Relation> = HashMap::new();
        let mut last: Option<((u32, u32, usize), Relation)> = None;
        let mut indices = Vec::with_capacity(rows.len());
        let mut flags: [Vec<bool>; 3] = Default::default();
        for row in rows {
            let pair = row.jurisdictions;
            let key = (pair.0, pair.1, row.stretch);
            let relation = match last {
                Some((known, relation)) if known == key => relation,
                _ => *relations.entry(key).or_insert_with(|| {
                    let day = starts.get(row.stretch).copied();
                    self.relation(pair, day.unwrap_or_default(), &mut payers)
                }),
            };
            last = Some((key, relation));
            indices.push(relation.payer);
            let [horizontal, vertical, cross_region] = &mut flags;
            horizontal.push(relation.horizontal);
            vertical.push(relation.vertical);
            cross_region.push(!relation.horizontal && !relation.vertical);
        }
        let [horizontal, vertical, cross_region] = flags;
        vec![
            ("payer", Indexed::new(payers).column(&indices)),
            ("horizontal", ColumnData::bools(horizontal)),
            ("vertical", ColumnData::bools(vertical)),
            ("cross_region", ColumnData::bools(cross_region)),
        ]
    }

    /// How two jurisdictions lie to each other on a day; a new payer joins the list of payers.
    fn relation<'b>(
        &'b self,
        pair: (u32, u32),
        day: NaiveDate,
        payers: &mut Vec<&'b str>,
    ) -> Relation {
        let code = |index: u32| self.owners.jurisdictions.get(index as usize);
        let both = code(pair.0).zip(code(pair.1));
        let tree = &self.registry.jurisdictions;
        let payer = both.and_then(|(a, b)| tree.lowest_common_superior(a, b, day));
        let payer = payer.map(|node| node.code.as_str());
        let lie = both.map(|(a, b)| tree.relation(a, b, day));
        let index = payer.map_or(0, |payer| {
            let known = payers.iter().position(|known| *known == payer);
            known.unwrap_or_else(|| {
                payers.push(payer);
                payers.len() - 1
            })
        });
        Relation {
            payer: u32::try_from(index).unwrap_or_default(),
            horizontal: lie == Some(domain::Relation::Horizontal),
            vertical: lie == Some(domain::Relation::Vertical),
        }
    }
}
