//! zen-expression, compiled once, one department at a time: it has no other way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use engine::reference::{Decimal, Number as _};
use serde_json::{Value, json};
use zen_expression::expression::Standard;
use zen_expression::variable::VariableMap;
use zen_expression::vm::VM;
use zen_expression::{Expression, Variable, compile_expression};

use super::input_names;
use crate::Failure;
use crate::contest::{Answer, Rival};
use crate::weighted::{Departments, GRADES, METRICS, Points, formula};

/// Calls of one round when single departments are asked for.
const CALLS: usize = 200;

/// Compiled expressions and what they read.
pub struct Zen {
    score: Expression<Standard>,
    /// The grade of a score; none for look-ups.
    grade: Option<Expression<Standard>>,
    given: Given,
    machine: VM,
}

/// Inputs that are ready, or those of single departments, read from JSON in each call.
enum Given {
    Ready(Vec<Variable>),
    Texts(Vec<String>, usize),
}

fn compile(text: &str) -> Result<Expression<Standard>, Failure> {
    compile_expression(text).map_err(|error| format!("zen-expression：{error}").into())
}

impl Zen {
    /// The score of all departments, or (`single`) of one at a time.
    pub fn score(departments: &Departments, single: bool, points: Points) -> Result<Self, Failure> {
        let names = input_names();
        let named = |(counts, population): ([i64; METRICS], i64)| {
            names
                .iter()
                .map(String::as_str)
                .zip(counts.into_iter().chain([population]))
        };
        let text = formula(|weight, metric| match points {
            Points::Exact => format!("{weight} * n{metric} / population"),
            Points::Rounded(scale) => {
                format!("round({weight} * n{metric} / population, {scale})")
            }
        });
        let [best, good, fair] = GRADES;
        let grade =
            format!("score >= {best} ? 4 : (score >= {good} ? 3 : (score >= {fair} ? 2 : 1))");
        Ok(Self {
            score: compile(&text)?,
            grade: Some(compile(&grade)?),
            given: if single {
                let text = |one| json!(named(one).collect::<BTreeMap<&str, i64>>()).to_string();
                Given::Texts(departments.iter().map(text).collect(), 0)
            } else {
                let ready = |one| object(named(one).map(|(name, value)| (name, number(value))));
                Given::Ready(departments.iter().map(ready).collect())
            },
            machine: VM::new(),
        })
    }

    /// Look-ups as a chain of conditions: expressions have no tables.
    pub fn look_ups(asked: &[i64], lows: &[i64], values: &[i64]) -> Result<Self, Failure> {
        let mut chain = "0".to_owned();
        for (low, value) in lows.iter().zip(values) {
            chain = format!("(x >= {low} ? {value} : {chain})");
        }
        let inputs = asked.iter().map(|x| object([("x", number(*x))]));
        Ok(Self {
            score: compile(&chain)?,
            grade: None,
            given: Given::Ready(inputs.collect()),
            machine: VM::new(),
        })
    }

    fn evaluate(&mut self, input: Variable) -> Result<(Variable, Option<Variable>), Failure> {
        let fault = |error| Failure::from(format!("zen-expression：{error}"));
        let score = self
            .score
            .evaluate_with(input, &mut self.machine)
            .map_err(fault)?;
        let grade = match &self.grade {
            None => None,
            Some(grade) => {
                let known = object([("score", score.clone())]);
                Some(
                    grade
                        .evaluate_with(known, &mut self.machine)
                        .map_err(fault)?,
                )
            }
        };
        Ok((score, grade))
    }
}

fn number(value: i64) -> Variable {
    Variable::Number(Decimal::from(value))
}

fn object<'k>(named: impl IntoIterator<Item = (&'k str, Variable)>) -> Variable {
    let mut map = VariableMap::new();
    for (name, value) in named {
        map.insert(Variable::key(name), value);
    }
    Variable::from_object(map)
}

fn read(text: &str) -> Result<Variable, Failure> {
    Ok(Variable::from(serde_json::from_str::<Value>(text)?))
}

impl Rival for Zen {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        match &mut self.given {
            Given::Ready(inputs) => {
                let inputs = inputs.clone();
                let start = Instant::now();
                for input in inputs {
                    std::hint::black_box(self.evaluate(input)?);
                }
                Ok(vec![start.elapsed()])
            }
            Given::Texts(texts, called) => {
                let texts: Vec<String> = texts
                    .iter()
                    .cycle()
                    .skip(*called % texts.len().max(1))
                    .take(CALLS)
                    .cloned()
                    .collect();
                *called += CALLS;
                let mut times = Vec::with_capacity(CALLS);
                for text in texts {
                    let start = Instant::now();
                    std::hint::black_box(self.evaluate(read(&text)?)?);
                    times.push(start.elapsed());
                }
                Ok(times)
            }
        }
    }

    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure> {
        let inputs: Vec<Variable> = match &self.given {
            Given::Ready(inputs) => inputs.iter().take(first).cloned().collect(),
            Given::Texts(texts, _) => {
                let inputs: Result<_, _> =
                    texts.iter().take(first).map(|text| read(text)).collect();
                inputs?
            }
        };
        let decimal = |variable: &Variable| match variable {
            Variable::Number(number) => Ok(*number),
            other => Err(Failure::from(format!("zen-expression：{other}"))),
        };
        let answers = inputs.into_iter().map(|input| {
            let (score, grade) = self.evaluate(input)?;
            let grade = grade.map_or(Ok(Decimal::ZERO), |grade| decimal(&grade))?;
            Ok((decimal(&score)?.exact(), u8::try_from(grade)?))
        });
        answers.collect()
    }
}
