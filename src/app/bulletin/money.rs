//! Compensation by department, payer and component.

use report::model::CompensationRow;

use super::Material;

pub(super) fn compensation(material: &Material<'_>) -> Vec<CompensationRow> {
    let mut rows: Vec<_> = material
        .awards
        .awards
        .iter()
        .filter(|award| award.amount_fen.get() != 0 || award.unfunded_fen.get() != 0)
        .map(|award| {
            let pot = award
                .pot
                .and_then(|pot| material.awards.pots.get(usize::try_from(pot).ok()?));
            CompensationRow {
                department: material.name(&award.department),
                payer: material.payer_name(&award.payer),
                component: award.component.title().to_owned(),
                line: pot.map_or_else(
                    || "未安排".to_owned(),
                    |pot| format!("{} {}", pot.line.budget_line, pot.line.programme),
                ),
                amount_fen: award.amount_fen,
                unfunded_fen: award.unfunded_fen,
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        (&a.department, &a.payer, &a.component).cmp(&(&b.department, &b.payer, &b.component))
    });
    rows
}
