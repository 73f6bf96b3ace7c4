//! What a simulation found, as people read it: the model of the report, and its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assess::{Comparison, DepartmentChange, Exact, PotChange, Side};
use domain::{Fen, JurisdictionCode};
use report::model::KeyFigure;
use report::whatif::{WhatIf, WhatIfMonth, WhatIfPot, WhatIfRow, WhatIfScenario};

use super::Simulated;
use crate::App;
use crate::error::Error;

/// Indicators named in a row; the workbook of the bulletin has them all.
const INDICATORS_SHOWN: usize = 6;

/// A month as the report shows it.
fn month(comparison: &Comparison, names: &BTreeMap<JurisdictionCode, String>) -> WhatIfMonth {
    WhatIfMonth {
        period: comparison.period,
        rules_before: comparison.pack_before.clone(),
        figures: figures(comparison),
        rows: comparison.losers_first().into_iter().map(row).collect(),
        pots: comparison
            .pots
            .iter()
            .map(|pot| pot_row(pot, names))
            .collect(),
    }
}

impl App {
    /// The report of a simulation.
    pub fn simulation_report(&self, simulated: &[Simulated]) -> Result<WhatIf, Error> {
        let names = self.jurisdiction_names()?;
        let months: Vec<String> = simulated
            .first()
            .into_iter()
            .flat_map(|one| one.months.iter().map(|month| month.period.to_string()))
            .collect();
        let span = match months.as_slice() {
            [] => String::new(),
            [one] => format!("（{one}）"),
            [first, .., last] => format!("（{first} 至 {last}）"),
        };
        Ok(WhatIf {
            title: format!("规则模拟报告{span}"),
            subtitle: format!("{} · 模拟结果，不作为考核依据", self.config().issuer),
            scenarios: simulated.iter().map(|one| scenario(one, &names)).collect(),
        })
    }

    /// A comparison of one month as the report shows it.
    pub fn comparison_report(&self, comparison: &Comparison) -> Result<WhatIfMonth, Error> {
        Ok(month(comparison, &self.jurisdiction_names()?))
    }

    /// Names of governments by code; the last that each had.
    pub(crate) fn jurisdiction_names(&self) -> Result<BTreeMap<JurisdictionCode, String>, Error> {
        self.store().read(|conn| {
            let nodes = store::registry::jurisdictions(conn)?;
            let named = nodes.into_iter().map(|node| (node.code, node.name));
            Ok(named.collect())
        })
    }

    /// Writes the report as a page and as a workbook into a folder.
    pub fn write_simulation(
        &self,
        simulated: &[Simulated],
        folder: &Path,
    ) -> Result<Vec<PathBuf>, Error> {
        let report = self.simulation_report(simulated)?;
        let files = [
            (
                "规则模拟-whatif.html",
                report::whatif::html(&report)?.into_bytes(),
            ),
            ("规则模拟-whatif.xlsx", report::whatif::xlsx(&report)?),
        ];
        let mut written = Vec::new();
        for (name, bytes) in files {
            let path = folder.join(name);
            crate::write_whole(&path, &bytes)?;
            written.push(path);
        }
        Ok(written)
    }
}

fn scenario(simulated: &Simulated, names: &BTreeMap<JurisdictionCode, String>) -> WhatIfScenario {
    WhatIfScenario {
        name: simulated.name.clone(),
        rules: simulated.pack.clone(),
        months: simulated
            .months
            .iter()
            .map(|one| month(one, names))
            .collect(),
    }
}

/// How many win and lose, and what it costs.
fn figures(comparison: &Comparison) -> Vec<KeyFigure> {
    let count = |test: &dyn Fn(&DepartmentChange) -> bool| {
        comparison
            .departments
            .iter()
            .filter(|one| test(one))
            .count()
    };
    let departments = |label: &str, number: usize| KeyFigure {
        label: label.to_owned(),
        value: format!("{number} 个"),
        change: None,
    };
    let unfunded = |side: fn(&PotChange) -> Fen| {
        Fen::checked_sum(comparison.pots.iter().map(side)).unwrap_or_default()
    };
    let (awarded_before, awarded_after) = comparison.awarded();
    vec![
        departments("得分上升", count(&|one| one.total_change().is_positive())),
        departments("得分下降", count(&|one| one.total_change().is_negative())),
        departments(
            "名次变动",
            count(&|one| one.places_change().is_some_and(|places| places != 0)),
        ),
        departments("等次变动", count(&DepartmentChange::changes_grade)),
        departments("补偿增加", count(&|one| one.money_change() > Fen::ZERO)),
        departments("补偿减少", count(&|one| one.money_change() < Fen::ZERO)),
        money("应补偿额合计", awarded_before, awarded_after),
        money(
            "未落实合计",
            unfunded(|pot| pot.unfunded_before_fen),
            unfunded(|pot| pot.unfunded_after_fen),
        ),
    ]
}

fn money(label: &str, before: Fen, after: Fen) -> KeyFigure {
    let change = after.checked_sub(before).unwrap_or_default();
    KeyFigure {
        label: label.to_owned(),
        value: format!("{after} 元"),
        change: (change != Fen::ZERO).then(|| format!("{} 元", signed(change))),
    }
}

/// With its sign, also when positive.
fn signed(amount: Fen) -> String {
    if amount > Fen::ZERO {
        format!("+{amount}")
    } else {
        amount.to_string()
    }
}

/// One department as the report shows it.
fn row(change: &DepartmentChange) -> WhatIfRow {
    let shown = |side: &Option<Side>| side.as_ref().map(|side| side.shown.to_string());
    let rank = |side: &Option<Side>| side.as_ref().and_then(|side| side.rank);
    let grade = |side: &Option<Side>| {
        side.as_ref()
            .map_or_else(String::new, |side| side.grade_title.clone())
    };
    let awarded = |side: &Option<Side>| side.as_ref().map_or(Fen::ZERO, |side| side.awarded_fen);
    let assessed = change.before.is_some() && change.after.is_some();
    WhatIfRow {
        department: change.name.clone(),
        group: change.group.title().to_owned(),
        total: (shown(&change.before), shown(&change.after)),
        total_change: assessed.then(|| change.total_change().to_string()),
        rank: (rank(&change.before), rank(&change.after)),
        grade: (grade(&change.before), grade(&change.after)),
        awarded_fen: (awarded(&change.before), awarded(&change.after)),
        awarded_change_fen: change.money_change(),
        unfunded_fen: change
            .after
            .as_ref()
            .map_or(Fen::ZERO, |side| side.unfunded_fen),
        indicators: indicators(&change.indicators),
    }
}

fn indicators(changes: &[(String, Exact, Exact)]) -> String {
    let shown = changes.iter().take(INDICATORS_SHOWN);
    let mut parts: Vec<String> = shown
        .map(|(id, before, after)| format!("{id} {before} → {after}"))
        .collect();
    if changes.len() > INDICATORS_SHOWN {
        parts.push(format!("等 {} 项", changes.len()));
    }
    parts.join("；")
}

fn pot_row(pot: &PotChange, names: &BTreeMap<JurisdictionCode, String>) -> WhatIfPot {
    let payer = names.get(&pot.line.payer);
    WhatIfPot {
        payer: payer.map_or_else(|| pot.line.payer.to_string(), Clone::clone),
        line: format!("{} {}", pot.line.budget_line, pot.line.programme),
        authority_fen: pot.authority_fen,
        awarded_fen: (pot.awarded_before_fen, pot.awarded_after_fen),
        unfunded_fen: (pot.unfunded_before_fen, pot.unfunded_after_fen),
        left_fen: (pot.left_before_fen, pot.left_after_fen),
    }
}
