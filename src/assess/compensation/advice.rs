//! Fiscal advice 财政约束 by constraint and department.

use domain::Fen;

use super::Basis;
use crate::awards::{Advice, Award};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::cite_text;

/// What follows from grades, as advice.
pub(super) fn advice(basis: &Basis<'_>, awards: &[Award]) -> Result<Vec<Advice>, AssessError> {
    let mut all = Vec::new();
    let day = basis.assessment.period.last_day();
    for constraint in &basis.pack.constraints {
        let share = match &constraint.share {
            Some(id) => basis
                .pack
                .parameter_on(id, day)
                .map(|(_, value)| Exact::from(value.value))
                .ok_or_else(|| AssessError::Rule {
                    rule: constraint.id.clone(),
                    reason: format!("参数“{id}”在考核期末无值 (parameter {id} has no value)"),
                })?,
            None => Exact::zero(),
        };
        for result in &basis.assessment.departments {
            let Some(grade) = &result.grade else { continue };
            if !constraint.when_grade.contains(grade) {
                continue;
            }
            let awarded: i64 = awards
                .iter()
                .filter(|award| award.department == result.id)
                .map(|award| award.amount_fen.get())
                .sum();
            let mode = basis.pack.rounding.money.mode;
            let amount = (&Exact::from(awarded) * &share).round(0, mode).to_i64();
            let grades = basis.assessment.grades.iter();
            let mut title = grades
                .filter(|head| head.id == *grade)
                .map(|head| &head.title);
            let title = title.next().cloned().unwrap_or_default();
            all.push(Advice {
                constraint: constraint.id.clone(),
                title: constraint.title.clone(),
                department: result.id.clone(),
                share: share.clone(),
                amount_fen: Fen::new(amount.unwrap_or_default()),
                reason: format!("本期等次“{title}”：{}", constraint.advice),
                cite: constraint.cite.iter().map(cite_text).collect(),
            });
        }
    }
    Ok(all)
}
