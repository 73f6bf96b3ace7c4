//! The tables of the workbook, before any of it is written.

use super::cell::{Cell, shown_width};
use crate::corrections;
use crate::geometry::length;
use crate::model::{Bulletin, DepartmentSheet};
use crate::wording;

/// Narrowest and widest column, in narrow characters; longer text wraps.
const WIDTHS: (usize, usize) = (8, 60);

/// One table: a sheet of the workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Name of the sheet.
    pub name: &'static str,
    /// Column heads.
    pub heads: Vec<String>,
    /// Number of columns that stay in sight.
    pub frozen: u16,
    /// Rows of cells.
    pub rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// An empty table.
    pub(crate) fn new(name: &'static str, frozen: u16, heads: &[&str]) -> Self {
        Self {
            name,
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
            frozen,
            rows: Vec::new(),
        }
    }

    /// Width of a column: that of its widest cell, within limits.
    pub(crate) fn width(&self, column: usize) -> f64 {
        let head = self
            .heads
            .get(column)
            .map_or(0, |head| shown_width(head) + 3);
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(Cell::width).max().unwrap_or(0) + 2;
        let width = widest.max(head).clamp(WIDTHS.0, WIDTHS.1);
        length(u64::try_from(width).unwrap_or(0))
    }
}

/// All tables of the bulletin, in the order of the sheets.
pub fn grids(bulletin: &Bulletin) -> Vec<Grid> {
    let [appeals, adjustments] = corrections::grids(bulletin);
    vec![
        overview(bulletin),
        ranking(bulletin),
        axes(bulletin),
        indicators(bulletin),
        compensation(bulletin),
        pots(bulletin),
        incidents(bulletin),
        appeals,
        adjustments,
        sheets(bulletin),
        ledger(bulletin),
    ]
}

fn overview(bulletin: &Bulletin) -> Grid {
    let mut grid = Grid::new("概览", 1, &["项目", "内容", "较上月"]);
    let mut line = |label: &str, value: &str| {
        grid.rows
            .push(vec![Cell::text(label), Cell::text(value), Cell::Blank]);
    };
    line("标题", &bulletin.title);
    line("发文机关", &bulletin.issuer);
    line("发文字号", &bulletin.document_number);
    line("成文日期", &wording::date(bulletin.issued_on));
    line("考核周期", &wording::month(bulletin.period));
    line("行政区划", &bulletin.jurisdiction_name);
    line(
        "规则包",
        &format!(
            "{} {}（{}）",
            bulletin.pack.id, bulletin.pack.version, bulletin.pack.title
        ),
    );
    line("考核批次", &bulletin.run_id);
    for (name, hex) in &bulletin.digests {
        line(name, hex);
    }
    line("共享网络", &wording::network(&bulletin.network));
    for (reason, rows) in &bulletin.unattributed {
        line("无法归属的记录", &format!("{reason}：{rows}条"));
    }
    for note in &bulletin.notes {
        line("说明", note);
    }
    let figures = bulletin.summary.iter().map(|figure| {
        vec![
            Cell::text(&figure.label),
            Cell::text(&figure.value),
            figure.change.as_ref().map_or(Cell::Blank, Cell::text),
        ]
    });
    grid.rows.splice(0..0, figures);
    grid
}

fn ranking(bulletin: &Bulletin) -> Grid {
    let heads = [
        "组别",
        "名次",
        "部门",
        "得分",
        "等次",
        "较上月",
        "位次变化",
        "应补偿额（元）",
    ];
    let mut grid = Grid::new("排名", 3, &heads);
    for group in &bulletin.groups {
        for row in &group.rows {
            grid.rows.push(vec![
                Cell::text(&group.title),
                Cell::Count(row.rank.into()),
                Cell::text(&row.department),
                Cell::Score(row.total.clone()),
                Cell::text(&row.grade),
                Cell::change(row.change_total.as_ref()),
                Cell::text(wording::places(row.change_rank)),
                Cell::Yuan(row.compensation_fen),
            ]);
        }
    }
    grid
}

fn score_row(department: &str, group: &str, cells: &[Option<String>], total: &str) -> Vec<Cell> {
    let mut row = vec![Cell::text(department), Cell::text(group)];
    row.extend(cells.iter().map(|cell| Cell::score(cell.as_ref())));
    row.push(Cell::Score(total.to_owned()));
    row
}

fn axes(bulletin: &Bulletin) -> Grid {
    let mut grid = Grid::new("维度", 1, &["部门", "组别"]);
    let heads = bulletin.axes.iter();
    grid.heads
        .extend(heads.map(|axis| format!("{}（{}分）", axis.title, axis.points)));
    grid.heads.push("总分".to_owned());
    let rows = bulletin.axis_table.iter();
    grid.rows
        .extend(rows.map(|row| score_row(&row.department, &row.group, &row.cells, &row.total)));
    grid
}

fn indicators(bulletin: &Bulletin) -> Grid {
    let mut grid = Grid::new("指标", 1, &["部门", "组别"]);
    let heads = bulletin.indicators.iter();
    grid.heads.extend(heads.map(|head| {
        format!(
            "{}（{}，{}分，{}，{}）",
            head.title, head.axis, head.points, head.kind, head.cite
        )
    }));
    grid.heads.push("总分".to_owned());
    let rows = bulletin.indicator_table.iter();
    grid.rows
        .extend(rows.map(|row| score_row(&row.department, &row.group, &row.cells, &row.total)));
    grid
}

fn compensation(bulletin: &Bulletin) -> Grid {
    let heads = [
        "部门",
        "出资方",
        "构成",
        "预算科目",
        "应补偿额（元）",
        "未落实（元）",
    ];
    let mut grid = Grid::new("补偿", 1, &heads);
    let rows = bulletin.compensation.iter();
    grid.rows.extend(rows.map(|row| {
        vec![
            Cell::text(&row.department),
            Cell::text(&row.payer),
            Cell::text(&row.component),
            Cell::text(&row.line),
            Cell::Yuan(row.amount_fen),
            Cell::Yuan(row.unfunded_fen),
        ]
    }));
    grid
}

fn pots(bulletin: &Bulletin) -> Grid {
    let heads = [
        "出资方",
        "预算科目",
        "指标额（元）",
        "已预留（元）",
        "已支用（元）",
        "可用（元）",
    ];
    let mut grid = Grid::new("资金池", 1, &heads);
    let rows = bulletin.pots.iter();
    grid.rows.extend(rows.map(|pot| {
        vec![
            Cell::text(&pot.payer),
            Cell::text(&pot.line),
            Cell::Yuan(pot.authority_fen),
            Cell::Yuan(pot.reserved_fen),
            Cell::Yuan(pot.spent_fen),
            Cell::Yuan(pot.available_fen),
        ]
    }));
    grid
}

fn incidents(bulletin: &Bulletin) -> Grid {
    let heads = ["日期", "部门", "代码", "情形", "依据", "处理"];
    let mut grid = Grid::new("违规事件", 0, &heads);
    let rows = bulletin.incidents.iter();
    grid.rows.extend(rows.map(|row| {
        vec![
            Cell::Day(row.occurred_on),
            Cell::text(&row.department),
            Cell::text(&row.code),
            Cell::text(&row.title),
            Cell::text(&row.article),
            Cell::text(&row.effect),
        ]
    }));
    grid
}

/// One row an indicator of each department, so that a filter on the department shows its sheet.
fn sheets(bulletin: &Bulletin) -> Grid {
    let heads = [
        "部门",
        "统一社会信用代码",
        "指标",
        "得分",
        "分值",
        "件数",
        "结果",
        "失分原因",
        "依据",
    ];
    let mut grid = Grid::new("部门单", 1, &heads);
    for sheet in &bulletin.sheets {
        let rows = sheet.indicators.iter();
        grid.rows.extend(rows.map(|row| {
            vec![
                Cell::text(&sheet.department),
                Cell::text(&sheet.id),
                Cell::text(&row.title),
                Cell::score(row.score.as_ref()),
                Cell::Score(row.points_max.clone()),
                Cell::Count(row.cases),
                Cell::text(&row.status),
                Cell::text(row.reasons.join("；")),
                Cell::text(&row.cite),
            ]
        }));
    }
    grid
}

fn ledger(bulletin: &Bulletin) -> Grid {
    let heads = ["部门", "日期", "凭证号", "摘要", "金额（元）", "余额（元）"];
    let mut grid = Grid::new("台账", 1, &heads);
    grid.rows
        .extend(bulletin.sheets.iter().flat_map(ledger_rows));
    grid
}

fn ledger_rows(sheet: &DepartmentSheet) -> Vec<Vec<Cell>> {
    let balance = |text: &str, amount| {
        vec![
            Cell::text(&sheet.department),
            Cell::Blank,
            Cell::Blank,
            Cell::text(text),
            Cell::Blank,
            Cell::Yuan(amount),
        ]
    };
    let mut rows = vec![balance("期初余额", sheet.ledger.opening_fen)];
    rows.extend(sheet.ledger.lines.iter().map(|line| {
        vec![
            Cell::text(&sheet.department),
            Cell::Day(line.posted_on),
            Cell::text(&line.reference),
            Cell::text(&line.text),
            Cell::Yuan(line.amount_fen),
            Cell::Yuan(line.balance_fen),
        ]
    }));
    rows.push(balance("期末余额", sheet.ledger.closing_fen));
    rows
}
