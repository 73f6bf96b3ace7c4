//! `hengxiang rules test [PACK] [--coverage] [--bless]`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use app::rulebook::{Coverage, Covers, Difference};
use clap::Args;
use serde_json::json;

use crate::Context;

/// Options of `rules test`.
#[derive(Args)]
pub struct Options {
    /// 规则包文件夹；不给则测试内置规则包 (folder; without it the built-in packs)
    pack: Option<PathBuf>,
    /// 列出测试没有触及的规则、分支、表行与边界 (list what the tests do not exercise)
    #[arg(long)]
    coverage: bool,
    /// 表行与边界的最低覆盖率；不足则失败 (least share of rows and boundaries; fails below)
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 100,
        requires = "coverage"
    )]
    threshold: usize,
    /// 以实际结果改写未达成的预期 (take what comes out as what is expected)
    #[arg(long, requires = "pack")]
    bless: bool,
}

/// Tests packs; exit code 1 when a case fails, or too little is covered.
pub fn test(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    if options.bless {
        let folder = options
            .pack
            .as_deref()
            .context("--bless 需要规则包文件夹 (needs a folder)")?;
        let replaced = app::bless::bless(folder)?;
        let text =
            format!("改写了 {replaced} 处预期，请逐一核对 (expectations rewritten: review them)");
        context.print(&text, &json!({ "replaced": replaced }));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    let mut cases = Vec::new();
    let mut measured = Vec::new();
    let (mut passed, mut failed, mut enough) = (0, 0, true);
    for tested in app::rulebook::test(options.pack.as_deref())? {
        for case in &tested.cases {
            let holds = case.passed();
            if holds {
                passed += 1;
            } else {
                failed += 1;
            }
            text.push_str(&format!(
                "{} {}/{}\n",
                if holds { "✓" } else { "✗" },
                tested.name,
                case.name
            ));
            let differences: Vec<String> = case.differences.iter().map(shown).collect();
            for difference in &differences {
                text.push_str(&format!("    {difference}\n"));
            }
            cases.push(json!({ "pack": tested.name, "case": case.name, "failures": differences }));
        }
        if options.coverage {
            text.push_str(&coverage_text(&tested.name, &tested.coverage));
            measured.push(coverage_json(&tested.name, &tested.coverage));
            enough &= [Covers::Row, Covers::Boundary]
                .into_iter()
                .all(|covers| tested.coverage.reaches(covers, options.threshold));
        }
    }
    if !enough {
        text.push_str(&format!(
            "\n表行与边界的覆盖率低于 {}% (rows and boundaries are covered by less)\n",
            options.threshold
        ));
    }
    text.push_str(&format!("\n{passed} passed, {failed} failed\n"));
    context.print(
        &text,
        &json!({ "passed": passed, "failed": failed, "cases": cases, "coverage": measured }),
    );
    Ok(if failed == 0 && enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn coverage_text(name: &str, coverage: &Coverage) -> String {
    let mut text = format!("\n{name} 覆盖率 (coverage)\n");
    for covers in Covers::ALL {
        let (covered, all) = coverage.count(covers);
        text.push_str(&format!(
            "  {} {}  {covered}/{all}\n",
            covers.title(),
            covers.name()
        ));
    }
    for item in coverage.items.iter().filter(|item| !item.is_covered) {
        text.push_str(&format!(
            "  ✗ {} {}  {}:{}\n",
            item.covers.title(),
            item.what,
            item.place.file,
            item.place.line
        ));
    }
    text
}

fn coverage_json(name: &str, coverage: &Coverage) -> serde_json::Value {
    let counts: serde_json::Map<String, serde_json::Value> = Covers::ALL
        .into_iter()
        .map(|covers| {
            let (covered, all) = coverage.count(covers);
            (
                covers.name().to_owned(),
                json!({ "covered": covered, "all": all }),
            )
        })
        .collect();
    let missed = coverage.items.iter().filter(|item| !item.is_covered);
    json!({
        "pack": name,
        "counts": counts,
        "missed": missed.map(|item| json!({
            "covers": item.covers.name(), "what": item.what,
            "file": item.place.file, "line": item.place.line,
        })).collect::<Vec<_>>(),
    })
}

fn shown(difference: &Difference) -> String {
    let place = &difference.place;
    format!(
        "{}:{} {}：应为 {}，实为 {} (expected, found)",
        place.file, place.line, difference.key, difference.expected, difference.found
    )
}
