//! `[[table]]`: hit policy, inputs, output, rows.

use domain::DateRange;

use super::super::cursor::Cursor;
use super::super::{
    CellTest, Collect, HitPolicy, InputType, Output, Table, TableInput, TableOutput, TableRow,
};
use super::cells::parse_cell;
use super::values::{by, units};
use crate::exact::Exact;
use crate::schema::Unit;

const INPUT_TYPES: [(&str, InputType); 4] = [
    ("number", InputType::Number),
    ("text", InputType::Text),
    ("date", InputType::Date),
    ("bool", InputType::Bool),
];

const HITS: [(&str, HitPolicy); 9] = [
    ("unique", HitPolicy::Unique),
    ("any", HitPolicy::Any),
    ("first", HitPolicy::First),
    ("priority", HitPolicy::Priority),
    ("rule_order", HitPolicy::RuleOrder),
    ("collect(sum)", HitPolicy::Collect(Collect::Sum)),
    ("collect(min)", HitPolicy::Collect(Collect::Min)),
    ("collect(max)", HitPolicy::Collect(Collect::Max)),
    ("collect(count)", HitPolicy::Collect(Collect::Count)),
];

pub(super) fn table(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Table> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[table]] {id}");
    }
    let hit = cursor.word("hit", &HITS).unwrap_or(HitPolicy::Unique);
    let inputs = inputs(cursor);
    let output = output(cursor);
    let mut rows = Vec::new();
    for entry in cursor.list("rows") {
        rows.extend(output.and_then(|output| row(&entry, &inputs, hit, output)));
        entry.finish();
    }
    if rows.is_empty() && !cursor.has("rows") {
        let message = format!("{} 没有行 `rows` (no rows)", cursor.what);
        cursor.error("rows", "rules.missing_key", message, "");
    }
    if let (HitPolicy::Collect(_), Some(TableOutput::Text)) = (hit, output) {
        let message = format!(
            "{} 汇集的是数，输出应为 number (collects numbers)",
            cursor.what
        );
        cursor.error("output", "rules.table_collect", message, "");
    }
    // The number of rows is zero when none applies: nothing is otherwise.
    let counts = hit == HitPolicy::Collect(Collect::Count);
    let otherwise = output
        .filter(|_| !counts)
        .and_then(|output| value(cursor, "otherwise", output));
    let priorities = match (hit, output) {
        (HitPolicy::Priority, Some(output)) => priorities(cursor, output, &rows),
        _ => Vec::new(),
    };
    let cite = cursor.cites(true);
    Some(Table {
        title: cursor.text("title").unwrap_or_default(),
        cite,
        hit,
        priorities,
        inputs,
        output: output?,
        rows,
        otherwise,
        effective: cursor.effective(outer),
        by: by(cursor),
        place: cursor.place(),
        id: id?,
    })
}

/// The outputs from the best to the least: exactly those that the rows give.
fn priorities(cursor: &Cursor<'_>, output: TableOutput, rows: &[TableRow]) -> Vec<Output> {
    let texts = cursor.texts("priorities").unwrap_or_default();
    let read = |text: &String| match output {
        TableOutput::Text => Some(Output::Text(text.clone())),
        TableOutput::Number { scale, .. } => {
            let number: Exact = text.parse().ok()?;
            number.rescaled(scale).map(Output::Number)
        }
    };
    let listed: Option<Vec<Output>> = texts.iter().map(read).collect();
    let listed = listed.unwrap_or_default();
    let once = |one: &Output| listed.iter().filter(|other| *other == one).count() == 1;
    let given = |one: &Output| rows.iter().any(|row| row.value == *one);
    let exact = listed.iter().all(|one| once(one) && given(one))
        && rows.iter().all(|row| listed.contains(&row.value));
    if listed.is_empty() || !exact {
        let message = format!(
            "{} 的 `priorities` 应从优到次列出各行的输出，各一次 (priorities list each output once)",
            cursor.what
        );
        let help = "写作 priorities = [\"最优\", …, \"最次\"] (best first)";
        cursor.error("priorities", "rules.table_priorities", message, help);
    }
    listed
}

fn inputs(cursor: &Cursor<'_>) -> Vec<TableInput> {
    let mut inputs = Vec::new();
    for entry in cursor.list("inputs") {
        let id = entry.required_text("id");
        let ty = entry.word("type", &INPUT_TYPES);
        if ty.is_none() && !entry.has("type") {
            let message = format!("{} 缺少 `type` (missing type)", entry.what);
            entry.error("type", "rules.missing_key", message, "");
        }
        let written = entry.text("domain");
        let domain = match (&written, ty) {
            (Some(cell), Some(ty)) => condition(&entry, "domain", cell, ty),
            _ => None,
        };
        if let (Some(id), Some(ty)) = (id, ty) {
            let domain = domain.unwrap_or(CellTest::Any);
            inputs.push(TableInput { id, ty, domain });
        }
        entry.finish();
    }
    if inputs.is_empty() {
        let message = format!("{} 没有输入 `inputs` (no inputs)", cursor.what);
        cursor.error("inputs", "rules.missing_key", message, "");
    }
    inputs
}

fn output(cursor: &Cursor<'_>) -> Option<TableOutput> {
    let Some(entry) = cursor.inner("output") else {
        let message = format!("{} 没有输出 `output` (no output)", cursor.what);
        cursor.error("output", "rules.missing_key", message, "");
        return None;
    };
    let is_number = entry.word("type", &[("number", true), ("text", false)]);
    let unit = entry.word("unit", &units()).unwrap_or(Unit::None);
    let scale = entry.whole("scale", 12).unwrap_or(0);
    entry.finish();
    Some(if is_number? {
        TableOutput::Number {
            unit,
            scale: u8::try_from(scale).unwrap_or(0),
        }
    } else {
        TableOutput::Text
    })
}

fn value(cursor: &Cursor<'_>, key: &'static str, output: TableOutput) -> Option<Output> {
    match output {
        TableOutput::Text => cursor.text(key).map(Output::Text),
        TableOutput::Number { scale, .. } => {
            let number = cursor.number(key)?;
            let fits = number.rescaled(scale);
            if fits.is_none() {
                let message = format!(
                    "{} 的 {number} 超过声明的 {scale} 位小数 (more than {scale} decimals)",
                    cursor.what
                );
                let help = "请改 output.scale 或减少小数 (raise output.scale)";
                cursor.error(key, "rules.scale", message, help);
            }
            fits.map(Output::Number)
        }
    }
}

/// A condition as written under a key, or what is wrong with it.
fn condition(
    cursor: &Cursor<'_>,
    key: &'static str,
    cell: &str,
    ty: InputType,
) -> Option<CellTest> {
    let test = parse_cell(cell, ty);
    if test.is_none() {
        let message = format!("表格条件“{cell}”读不懂 (cannot read the condition {cell})");
        let help = match ty {
            InputType::Number => "写作 -、3、[3,5)、>= 80、< 60、1|3|[5,7)、not(2)",
            InputType::Date => "写作 -、2025-08-01、[2025-01-01,2026-01-01)、>= 2025-08-01",
            InputType::Text => "写作 -、'daily'、daily|weekly 或 not('daily')",
            InputType::Bool => "写作 -、true 或 false",
        };
        cursor.error(key, "rules.table_cell", message, help);
    }
    test
}

fn row(
    cursor: &Cursor<'_>,
    inputs: &[TableInput],
    hit: HitPolicy,
    output: TableOutput,
) -> Option<TableRow> {
    let cells = cursor.texts("when").unwrap_or_default();
    if cells.len() != inputs.len() {
        let message = format!(
            "{} 的一行有 {} 个条件，表有 {} 个输入 ({} conditions for {} inputs)",
            cursor.what,
            cells.len(),
            inputs.len(),
            cells.len(),
            inputs.len()
        );
        cursor.error("when", "rules.table_row", message, "");
    }
    let mut when = Vec::with_capacity(inputs.len());
    for (cell, input) in cells.iter().zip(inputs) {
        when.push(condition(cursor, "when", cell, input.ty));
    }
    let value = if hit == HitPolicy::Collect(Collect::Count) {
        Some(Output::Number(Exact::whole(1))) // each row counts for one
    } else {
        if !cursor.has("value") {
            let message = format!("{} 的一行没有 `value` (a row without value)", cursor.what);
            cursor.error("value", "rules.missing_key", message, "");
        }
        value(cursor, "value", output)
    };
    let cite = cursor.cites(false);
    let when: Option<Vec<CellTest>> = when.into_iter().collect();
    Some(TableRow {
        when: when.filter(|when| when.len() == inputs.len())?,
        value: value?,
        cite,
        place: cursor.place(),
    })
}
