//! `hengxiang weights ahp|entropy|critic`

use std::path::PathBuf;
use std::process::ExitCode;

use app::weighing::{
    DECIMALS, Findings, Heading, Judged, Measured, Number, Objective, Order, Scaling, Solver,
    judge, measure, shown,
};
use chrono::Datelike as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::say;
use crate::Context;
use crate::text_table::{Align, render};

/// Commands about importance weights.
#[derive(Subcommand)]
pub enum Command {
    /// 层次分析法：由判断矩阵求权重，CR ≥ 0.1 拒绝 (AHP; refused at CR >= 0.1)
    Ahp {
        /// 判断矩阵：第一行准则名，其下每行一个准则，值如 3、1/3；CSV 或 XLSX (the matrix)
        matrix: PathBuf,
        /// 求解方法：eigenvector 特征根法 | column_mean 和法 | geometric_mean 方根法 (the solver)
        #[arg(long, value_parser = solver)]
        solver: Solver,
        /// 不一致仍采用的理由，一并记录 (why inconsistent judgements are used all the same)
        #[arg(long = "override", value_name = "REASON")]
        reason: Option<String>,
        #[command(flatten)]
        output: Output,
    },
    /// 熵权法：由数据求权重 (entropy weights)
    Entropy {
        /// 数据表：第一行列名，其下每行一个部门；CSV 或 XLSX (the data)
        data: PathBuf,
        /// 越小越好的列，可多次给出 (a column of which less is better; repeatable)
        #[arg(long, value_name = "COLUMN")]
        cost: Vec<String>,
        /// 有负值或成本列时，极差标准化后的平移量 (what min-max scaling adds, where it is needed)
        #[arg(long, default_value = "0.0001")]
        shift: String,
        #[command(flatten)]
        output: Output,
    },
    /// CRITIC 法：由数据的变异与冲突求权重 (CRITIC weights)
    Critic {
        /// 数据表：第一行列名，其下每行一个部门；CSV 或 XLSX (the data)
        data: PathBuf,
        /// 越小越好的列，可多次给出 (a column of which less is better; repeatable)
        #[arg(long, value_name = "COLUMN")]
        cost: Vec<String>,
        #[command(flatten)]
        output: Output,
    },
}

/// How the result is written.
#[derive(Args)]
pub struct Output {
    /// 权重的小数位数 (decimals of the weights)
    #[arg(long, default_value_t = DECIMALS)]
    decimals: u8,
    /// 只打印可贴入规则包的 [[weights]] 段 (print the block for a rule pack)
    #[arg(long)]
    toml: bool,
    /// [[weights]] 段的标识 (id in the block)
    #[arg(long, default_value = "importance", requires = "toml")]
    id: String,
    /// [[weights]] 段的年度；默认今年 (year of the block; this year by default)
    #[arg(long, requires = "toml")]
    year: Option<i32>,
}

fn solver(name: &str) -> Result<Solver, String> {
    let found = Solver::ALL.into_iter().find(|solver| solver.name() == name);
    found.ok_or_else(|| "eigenvector | column_mean | geometric_mean".to_owned())
}

/// Decimals of what is shown beside the weights.
const SHOWN: u8 = 6;

/// Computes weights; exit code 1 for judgements that are refused.
pub fn weights(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Ahp {
            matrix,
            solver,
            reason,
            output,
        } => {
            let judged = judge(matrix, *solver, output.decimals, reason.as_deref())?;
            let accepted = judged.is_accepted();
            if output.toml && accepted {
                say(&judged.to_toml(heading(context, output)));
            } else {
                context.print(&judged_text(&judged), &judged_json(&judged));
            }
            Ok(if accepted {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Command::Entropy {
            data,
            cost,
            shift,
            output,
        } => {
            let order = Order {
                method: Objective::Entropy,
                costs: cost,
                shift,
                decimals: output.decimals,
            };
            show_measured(context, &measure(data, &order)?, output);
            Ok(ExitCode::SUCCESS)
        }
        Command::Critic { data, cost, output } => {
            let order = Order {
                method: Objective::Critic,
                costs: cost,
                shift: "0",
                decimals: output.decimals,
            };
            show_measured(context, &measure(data, &order)?, output);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn heading<'a>(context: &Context, output: &'a Output) -> Heading<'a> {
    Heading {
        id: &output.id,
        year: output.year.unwrap_or_else(|| context.clock.today().year()),
    }
}

fn judged_text(judged: &Judged) -> String {
    let mut head = vec![("", Align::Left)];
    head.extend(
        judged
            .criteria
            .iter()
            .map(|name| (name.as_str(), Align::Right)),
    );
    head.push(("权重 weight", Align::Right));
    let rows: Vec<Vec<String>> = judged
        .criteria
        .iter()
        .zip(&judged.matrix)
        .zip(&judged.weights)
        .map(|((name, cells), weight)| {
            let mut row = vec![name.clone()];
            row.extend(cells.iter().map(ToString::to_string));
            row.push(weight.clone());
            row
        })
        .collect();
    let found = &judged.found;
    let consistency = &found.consistency;
    format!(
        "层次分析法 · {} (AHP, {})\n\n{}\nλmax = {}   CI = {}   RI = {}   CR = {}\n{}\n",
        found.solver.title(),
        found.solver.name(),
        render(&head, &rows),
        shown(&found.lambda_max, SHOWN),
        shown(&consistency.index, SHOWN),
        shown(&consistency.random_index, 2),
        shown(&consistency.ratio, SHOWN),
        verdict(judged)
    )
}

fn verdict(judged: &Judged) -> String {
    let consistency = &judged.found.consistency;
    if consistency.is_acceptable() {
        return "结论：CR < 0.1，判断一致，可以采用 (consistent: accepted)".to_owned();
    }
    let outlier = judged.outlier.as_ref().map_or_else(String::new, |outlier| {
        let name = |index: usize| judged.criteria.get(index).map_or("", String::as_str);
        format!(
            "\n最不一致的判断：“{}”对“{}”写作 {}，由权重推得 {} (the judgement furthest off)",
            name(outlier.row),
            name(outlier.column),
            outlier.given,
            shown(&outlier.implied, 2)
        )
    });
    match &judged.override_reason {
        Some(reason) => format!(
            "结论：CR ≥ 0.1，判断不一致，经说明理由仍予采用：{reason} (inconsistent: overridden){outlier}"
        ),
        None => format!(
            "结论：CR ≥ 0.1，判断不一致，拒绝采用 (inconsistent: refused){outlier}\n\
             请重新比较，或用 --override \"理由\" 说明为何仍采用 (judge again, or override with a reason)"
        ),
    }
}

fn texts(numbers: &[Number], decimals: u8) -> Vec<String> {
    numbers.iter().map(|one| shown(one, decimals)).collect()
}

fn judged_json(judged: &Judged) -> Value {
    let consistency = &judged.found.consistency;
    json!({
        "method": "ahp",
        "solver": judged.found.solver.name(),
        "criteria": judged.criteria,
        "matrix": judged.matrix.iter().map(|row| {
            row.iter().map(ToString::to_string).collect::<Vec<_>>()
        }).collect::<Vec<_>>(),
        "weights": judged.weights,
        "lambda_max": shown(&judged.found.lambda_max, 12),
        "ci": shown(&consistency.index, 12),
        "ri": shown(&consistency.random_index, 2),
        "cr": shown(&consistency.ratio, 12),
        "consistent": consistency.is_acceptable(),
        "override": judged.override_reason,
        "accepted": judged.is_accepted(),
    })
}

fn show_measured(context: &Context, measured: &Measured, output: &Output) {
    if output.toml {
        say(&measured.to_toml(heading(context, output)));
    } else {
        context.print(&measured_text(measured), &measured_json(measured));
    }
}

/// A column: its head, its name in JSON, its values.
type Detail<'a> = (&'static str, &'static str, &'a [Number]);

/// Title of the method, and the columns it shows between criterion and weight.
fn details(measured: &Measured) -> (String, Vec<Detail<'_>>) {
    match &measured.findings {
        Findings::Entropy(found, scaling) => {
            let how = match scaling {
                Scaling::Shares => "按比重 (shares of the sum)".to_owned(),
                Scaling::MinMax { shift } => {
                    format!("极差标准化，平移 {shift} (min-max, shift {shift})")
                }
            };
            let title = format!("熵权法 · {how}");
            (title, vec![("熵值 entropy", "entropies", &found.entropies)])
        }
        Findings::Critic(found) => (
            "CRITIC 法 · 极差标准化 (min-max)".to_owned(),
            vec![
                ("标准差 σ", "deviations", &found.deviations),
                ("冲突 Σ(1-r)", "conflicts", &found.conflicts),
            ],
        ),
    }
}

fn measured_text(measured: &Measured) -> String {
    let (title, details) = details(measured);
    let mut head = vec![("准则 criterion", Align::Left), ("方向", Align::Left)];
    head.extend(details.iter().map(|(name, ..)| (*name, Align::Right)));
    head.push(("权重 weight", Align::Right));
    let rows: Vec<Vec<String>> = measured
        .criteria
        .iter()
        .zip(&measured.costs)
        .zip(&measured.weights)
        .enumerate()
        .map(|(index, ((name, cost), weight))| {
            let direction = if *cost {
                "成本 cost"
            } else {
                "效益 benefit"
            };
            let mut row = vec![name.clone(), direction.to_owned()];
            row.extend(details.iter().map(|(_, _, values)| {
                let value = values.get(index);
                value.map_or_else(|| "—".to_owned(), |value| shown(value, SHOWN))
            }));
            row.push(weight.clone());
            row
        })
        .collect();
    let mut text = format!(
        "{title}，{} 行数据 (rows)\n\n{}",
        measured.cells.len(),
        render(&head, &rows)
    );
    if let Some(degenerate) = measured.degenerate {
        text.push_str(&format!("\n注意：{}\n", degenerate.reason()));
    }
    text.push_str(
        "\n数据权重随数据变化，只宜参考；考核用的权重应全年冻结，用 --toml 记入规则包\n\
         (weights from data move with the data; freeze them for the year in a pack)\n",
    );
    text
}

fn measured_json(measured: &Measured) -> Value {
    let (method, scaling, shift) = match &measured.findings {
        Findings::Entropy(_, Scaling::Shares) => ("entropy", "shares", None),
        Findings::Entropy(_, Scaling::MinMax { shift }) => {
            ("entropy", "min_max", Some(shift.to_string()))
        }
        Findings::Critic(_) => ("critic", "min_max", None),
    };
    let costs: Vec<&String> = measured
        .criteria
        .iter()
        .zip(&measured.costs)
        .filter_map(|(name, cost)| cost.then_some(name))
        .collect();
    let mut value = json!({
        "method": method,
        "scaling": scaling,
        "shift": shift,
        "criteria": measured.criteria,
        "cost": costs,
        "rows": measured.cells.len(),
        "weights": measured.weights,
        "degenerate": measured.degenerate.map(app::weighing::Degenerate::reason),
    });
    for (_, key, numbers) in details(measured).1 {
        value[key] = json!(texts(numbers, 12));
    }
    value
}
