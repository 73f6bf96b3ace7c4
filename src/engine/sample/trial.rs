//! One set of facts, and what both evaluators make of a formula over it.

use chrono::NaiveDate;
use num_rational::BigRational;

use super::{Level, Question, Setting, TABLE};
use crate::eval::{
    Aggregated, Given, Grouping, LaneFault, Lanes, Rows, Stretch, aggregate, compare_peers, found,
};
use crate::fault::{Fault, FaultKind};
use crate::formula::Compiled;
use crate::formula::tree::{Ty, Verb};
use crate::frame::{Frame, FrameTable};
use crate::plan::{Bound, numbers};
use crate::reference::{Company, Reference, Slow};

/// The value of a formula at a row or a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// True or false.
    Bool(bool),
    /// A text.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// An exact number.
    Number(BigRational),
}

/// Answers by row or subject.
pub type Answers = Vec<Result<Answer, FaultKind>>;

/// Facts under a setting.
#[derive(Debug)]
pub struct Trial<'a> {
    bound: Bound<'a>,
}

impl<'a> Trial<'a> {
    /// Binds facts made for the setting's schema.
    pub fn new(setting: &'a Setting, frame: &'a Frame) -> Result<Self, Vec<Fault>> {
        let bound = setting.plan.bind(frame, &setting.calendar)?;
        Ok(Self { bound })
    }

    /// What the columns give: all rows at once, and one after the other where that is a fault.
    pub fn columns(&self, question: &Question) -> Answers {
        let count = self.count(question.level);
        let all = vec![true; count];
        if let Ok(lanes) = self.lanes(question, &all) {
            return answers(question, &lanes, 0..count);
        }
        let one = |lane: usize| {
            let mut only = vec![false; count];
            if let Some(flag) = only.get_mut(lane) {
                *flag = true;
            }
            let lanes = self.lanes(question, &only)?;
            let mut found = answers(question, &lanes, lane..lane + 1);
            found.pop().unwrap_or_else(|| Err(misfit()))
        };
        (0..count).map(one).collect()
    }

    /// What the unbounded rationals give, row by row.
    pub fn reference(&self, question: &Question) -> Answers {
        let reference: Reference<'_, BigRational> = Reference::new(
            &self.bound.plan.constants,
            &self.bound.calendar,
            self.bound.columns(TABLE),
        );
        let compiled = &question.compiled;
        let subjects = 0..self.count(Level::Subject);
        let cases: Vec<_> = subjects
            .map(|subject| Some(self.rows_of(subject).collect()))
            .collect();
        let company = Company {
            cases: &cases,
            groups: &self.bound.frame.peers,
            prior: &self.bound.frame.prior,
        };
        let one = |lane: usize| {
            let value = match question.level {
                Level::Row => reference.row(&compiled.root, lane),
                Level::Subject => {
                    let rows: Vec<usize> = self.rows_of(lane).collect();
                    reference.subject(compiled, lane, &rows, company)
                }
            };
            match value? {
                Some(Slow::Bool(flag)) => Ok(Answer::Bool(flag)),
                Some(Slow::Text(text)) => Ok(Answer::Text(text.to_owned())),
                Some(Slow::Date(days)) => date(days),
                Some(Slow::Number(number)) => Ok(Answer::Number(number)),
                None => Err(misfit()),
            }
        };
        (0..self.count(question.level)).map(one).collect()
    }

    /// Where the two evaluators differ, in words; `None` when they agree. An overflow of the columns
    /// is no difference: the reference has no bounds.
    pub fn disagreement(&self, question: &Question) -> Option<String> {
        let (columns, reference) = (self.columns(question), self.reference(question));
        if columns.len() != reference.len() {
            return Some(format!("{} ≠ {}", columns.len(), reference.len()));
        }
        let mut lanes = columns.iter().zip(&reference).enumerate();
        let (lane, (fast, slow)) = lanes.find(|(_, (fast, slow))| match (fast, slow) {
            (Err(FaultKind::Overflow), _) => false,
            (Ok(fast), Ok(slow)) => fast != slow,
            // Columns go node by node and the reference row by row: of several rows of a subject
            // that are faults they find another one first.
            (Err(fast), Err(_)) if question.level == Level::Subject => *fast == misfit(),
            (Err(fast), Err(slow)) => {
                std::mem::discriminant(fast) != std::mem::discriminant(slow) || *fast == misfit()
            }
            _ => true,
        })?;
        Some(format!(
            "{}\nlane {lane}: columns {fast:?}, reference {slow:?}",
            question.text
        ))
    }

    /// Number of rows or subjects.
    pub fn count(&self, level: Level) -> usize {
        match level {
            Level::Row => self.bound.table(TABLE).map_or(0, FrameTable::rows),
            Level::Subject => self.bound.frame.subjects,
        }
    }

    /// The columns' value at the rows or subjects asked for.
    fn lanes(&self, question: &Question, asked: &[bool]) -> Result<Lanes, FaultKind> {
        let kind = |fault: LaneFault| fault.kind;
        let at = Stretch {
            start: 0,
            active: asked,
        };
        let compiled = &question.compiled;
        let machine = self.bound.machine(TABLE);
        if question.level == Level::Row {
            return machine.eval(&compiled.root, at).map_err(kind);
        }
        // Comparisons need the whole group.
        let groups = &self.bound.frame.peers;
        let asks = |other: usize| asked.get(other).copied().unwrap_or(false);
        let needed = |subject: usize| {
            let mut others =
                (0..asked.len()).filter(|other| groups.get(*other) == groups.get(subject));
            asks(subject) || (!compiled.peers.is_empty() && others.any(asks))
        };
        let needed: Vec<bool> = (0..asked.len()).map(needed).collect();
        let offsets = self.bound.offsets(TABLE);
        let mut rows = Vec::new();
        for (subject, needed) in needed.iter().enumerate() {
            rows.extend(self.rows_of(subject).map(|_| *needed));
        }
        let rows = Rows::new(rows);
        let runs = Grouping::runs(offsets);
        let aggregates = compiled.aggregates.iter();
        let aggregates: Vec<_> = aggregates
            .map(|one| aggregate(&machine, one, &rows, runs).map_err(kind))
            .collect::<Result<_, _>>()?;
        let mut given = self.bound.carries(&compiled.carries, 0..asked.len());
        given.peers = self.compared(compiled, &needed, &aggregates, &given)?;
        let over = self.bound.over(&aggregates, &given);
        over.eval(&compiled.root, at).map_err(kind)
    }

    /// The comparisons of the subjects needed.
    fn compared(
        &self,
        compiled: &Compiled,
        needed: &[bool],
        aggregates: &[Aggregated<'_>],
        given: &Given,
    ) -> Result<Vec<Aggregated<'static>>, FaultKind> {
        let kind = |fault: LaneFault| fault.kind;
        let over = self.bound.over(aggregates, given);
        let at = Stretch {
            start: 0,
            active: needed,
        };
        let mut all = Vec::with_capacity(compiled.peers.len());
        for peer in &compiled.peers {
            let lanes = over.eval(&peer.argument, at).map_err(kind)?;
            let values = numbers(&lanes, peer.argument.ty.scale(), needed).map_err(kind)?;
            let places = compare_peers(peer.verb, &values, &self.bound.frame.peers);
            let places = places.map_err(kind)?;
            let values = places.iter().map(|place| place.as_ref()?.value);
            all.push(found(values, peer.verb == Verb::Rank));
        }
        Ok(all)
    }

    fn rows_of(&self, subject: usize) -> std::ops::Range<usize> {
        self.bound
            .table(TABLE)
            .map_or(0..0, |table| table.rows_of(subject))
    }
}

fn misfit() -> FaultKind {
    FaultKind::WrongFrame {
        table: String::new(),
    }
}

fn date(days: i32) -> Result<Answer, FaultKind> {
    NaiveDate::from_num_days_from_ce_opt(days)
        .map(Answer::Date)
        .ok_or_else(misfit)
}

/// The answers at some lanes.
fn answers(question: &Question, lanes: &Lanes, range: std::ops::Range<usize>) -> Answers {
    let ty = question.compiled.root.ty;
    range.map(|lane| answer(lanes, ty, lane)).collect()
}

fn answer(lanes: &Lanes, ty: Ty, lane: usize) -> Result<Answer, FaultKind> {
    let found = match lanes {
        Lanes::Bool(values) => values.get(lane).copied().map(Answer::Bool),
        Lanes::Text(codes, dictionary) => codes
            .get(lane)
            .and_then(|code| dictionary.text(*code))
            .map(|text| Answer::Text(text.to_owned())),
        Lanes::Date(days) => return date(days.get(lane).copied().ok_or_else(misfit)?),
        numbers => numbers
            .number(ty.scale(), lane)
            .map(|(above, below)| Answer::Number(BigRational::new(above.into(), below.into()))),
    };
    found.ok_or_else(misfit)
}
