//! `[[table]]`: inputs, output, and cells such as `[3,5)`, `>= 80`, `daily|weekly`.

use chrono::{Datelike as _, NaiveDate};
use domain::DateRange;

use super::super::cursor::Cursor;
use super::super::{
    Bound, CellTest, HitPolicy, InputType, Output, Table, TableInput, TableOutput, TableRow,
};
use super::values::units;
use crate::exact::Exact;
use crate::schema::Unit;

const INPUT_TYPES: [(&str, InputType); 4] = [
    ("number", InputType::Number),
    ("text", InputType::Text),
    ("date", InputType::Date),
    ("bool", InputType::Bool),
];

const HITS: [(&str, HitPolicy); 3] = [
    ("unique", HitPolicy::Unique),
    ("any", HitPolicy::Any),
    ("first", HitPolicy::First),
];

pub(super) fn table(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Table> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[table]] {id}");
    }
    let inputs = inputs(cursor);
    let output = output(cursor);
    let mut rows = Vec::new();
    for entry in cursor.list("rows") {
        rows.extend(output.and_then(|output| row(&entry, &inputs, output)));
        entry.finish();
    }
    if rows.is_empty() && !cursor.has("rows") {
        let message = format!("{} 没有行 `rows` (no rows)", cursor.what);
        cursor.error("rows", "rules.missing_key", message, "");
    }
    let otherwise = output.and_then(|output| value(cursor, "otherwise", output));
    let cite = cursor.cites(true);
    Some(Table {
        title: cursor.text("title").unwrap_or_default(),
        cite,
        hit: cursor.word("hit", &HITS).unwrap_or(HitPolicy::Unique),
        inputs,
        output: output?,
        rows,
        otherwise,
        effective: cursor.effective(outer),
        place: cursor.place(),
        id: id?,
    })
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
        if let (Some(id), Some(ty)) = (id, ty) {
            inputs.push(TableInput { id, ty });
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

fn row(cursor: &Cursor<'_>, inputs: &[TableInput], output: TableOutput) -> Option<TableRow> {
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
        let test = parse_cell(cell, input.ty);
        if test.is_none() {
            let message = format!("表格条件“{cell}”读不懂 (cannot read the condition {cell})");
            let help = match input.ty {
                InputType::Number => "写作 -、3、[3,5)、>= 80、< 60",
                InputType::Date => "写作 -、2025-08-01、[2025-01-01,2026-01-01)、>= 2025-08-01",
                InputType::Text => "写作 -、'daily' 或 daily|weekly",
                InputType::Bool => "写作 -、true 或 false",
            };
            cursor.error("when", "rules.table_cell", message, help);
        }
        when.push(test);
    }
    if !cursor.has("value") {
        let message = format!("{} 的一行没有 `value` (a row without value)", cursor.what);
        cursor.error("value", "rules.missing_key", message, "");
    }
    let value = value(cursor, "value", output);
    let cite = cursor.cites(false);
    let when: Option<Vec<CellTest>> = when.into_iter().collect();
    Some(TableRow {
        when: when.filter(|when| when.len() == inputs.len())?,
        value: value?,
        cite,
        place: cursor.place(),
    })
}

/// A condition of an input; `None` when it cannot be read or covers nothing.
fn parse_cell(cell: &str, ty: InputType) -> Option<CellTest> {
    let cell = cell.trim();
    if cell == "-" {
        return Some(CellTest::Any);
    }
    match ty {
        InputType::Bool => cell.parse().ok().map(CellTest::Bool),
        InputType::Text => {
            let texts: Vec<String> = cell
                .split('|')
                .map(str::trim)
                .map(|text| text.trim_matches('\'').to_owned())
                .collect();
            let valid = texts.iter().all(|text| !text.is_empty());
            valid.then_some(CellTest::Texts(texts))
        }
        InputType::Number => interval(cell, &|text| text.parse().ok()),
        InputType::Date => interval(cell, &|text| {
            let day: NaiveDate = text.parse().ok()?;
            Some(Exact::whole(i128::from(day.num_days_from_ce())))
        }),
    }
}

fn interval(cell: &str, point: &dyn Fn(&str) -> Option<Exact>) -> Option<CellTest> {
    for (sign, lower, included) in [
        (">=", true, true),
        ("<=", false, true),
        (">", true, false),
        ("<", false, false),
    ] {
        if let Some(rest) = cell.strip_prefix(sign) {
            let bound = Bound {
                value: point(rest.trim())?,
                included,
            };
            let (low, high) = if lower {
                (Some(bound), None)
            } else {
                (None, Some(bound))
            };
            return Some(CellTest::Interval { low, high });
        }
    }
    let open = cell.chars().next()?;
    if !"[(".contains(open) {
        let value = point(cell)?;
        let bound = Some(Bound {
            value,
            included: true,
        });
        return Some(CellTest::Interval {
            low: bound,
            high: bound,
        });
    }
    let close = cell.chars().next_back()?;
    let inner = cell.get(1..cell.len().checked_sub(1)?)?;
    let (low, high) = inner.split_once(',')?;
    let low = Bound {
        value: point(low.trim())?,
        included: open == '[',
    };
    let high = Bound {
        value: point(high.trim())?,
        included: close == ']',
    };
    let nonempty =
        low.value < high.value || (low.value == high.value && low.included && high.included);
    ("])".contains(close) && nonempty).then_some(CellTest::Interval {
        low: Some(low),
        high: Some(high),
    })
}
