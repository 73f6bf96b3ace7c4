//! A small country written by hand, and rules of compensation to try on it: every number of a test is
//! its own. Files are imported, months run and approved, and money read in the books, by the binary.

use serde_json::Value;

use super::Office;

/// Governments: a nation, two provinces, two cities of the first, one of the second, two districts of
/// the first city.
const PLACES: &str = "\
行政区划代码,行政区划名称,级别,上级代码
100000,全国,国家,
410000,甲省,省级,100000
420000,乙省,省级,100000
410100,甲市,市级,410000
410200,丙市,市级,410000
420100,丁市,市级,420000
410102,东区,县级,410100
410103,西区,县级,410100
";

/// Departments by name: jurisdiction and group.
const DEPARTMENTS: [(&str, &str, &str, &str); 7] = [
    ("甲一局", "114101000000000011", "410100", "市直"),
    ("甲二局", "114101000000000022", "410100", "市直"),
    ("甲三局", "114101000000000033", "410100", "市直"),
    ("东区局", "114101020000000044", "410102", "区县"),
    ("西区局", "114101030000000055", "410103", "区县"),
    ("丙市局", "114102000000000066", "410200", "市直"),
    ("丁市局", "114201000000000077", "420100", "市直"),
];

/// Rules whose only score is what a file says was kept, of a hundred; a leak vetoes.
const PACK: &str = r#"
[pack]
id = "clauses"
version = "1.0.0"
title = "补偿条款"
authority = "测试"
basis = ["补偿条款"]
calendar = "cn"
timezone = "Asia/Shanghai"
currency = "CNY"
effective = { from = 2025-01-01 }

[rounding]
score = { scale = 2, mode = "half_up", at = ["total"] }
money = { scale = 0, mode = "down" }

[totals]
maximum = "100"

[[source]]
id = "ours"
title = "补偿条款"
own = true
decided_by = "测试"

[[axis]]
id = "duty"
title = "履责"
title_en = "Duty"
points = "100"
cite = "ours"

[[indicator]]
id = "kept"
title = "履责率"
title_en = "Kept"
axis = "duty"
points = "100"
kind = "ratio"
from = "measures"
where = "measure = 'kept'"
value = "ratio(SUM(achieved), SUM(population))"
not_applicable = "zero"
cite = "ours"

[[indicator]]
id = "leak"
title = "泄露"
title_en = "Leak"
kind = "veto"
from = "incidents"
where = "code = 'LEAK'"
value = "COUNT(*) > 0"
effect = { grade = "bad", score_max = "59" }
cite = "ours"

[[grade]]
id = "good"
title = "合格"
from = "60"
cite = "ours"

[[grade]]
id = "bad"
title = "不合格"
from = "0"
cite = "ours"

[ranking]
method = "competition"
on = "rounded"
within = "group"
"#;

/// Code of a department of the scene.
pub fn code(name: &str) -> &'static str {
    let found = DEPARTMENTS.iter().find(|own| own.0 == name);
    found.unwrap_or_else(|| panic!("no department {name}")).1
}

/// A parameter of the rules, in force always.
pub fn parameter(id: &str, value: &str) -> String {
    parameter_in(id, "ratio", value)
}

/// The same in a unit.
pub fn parameter_in(id: &str, unit: &str, value: &str) -> String {
    format!(
        "[[parameter]]\nid = \"{id}\"\ntitle = \"{id}\"\nunit = \"{unit}\"\ncite = \"ours\"\n\
         values = [{{ from = 2025-01-01, value = \"{value}\" }}]\n"
    )
}

/// The office with the small country.
pub struct Scene {
    /// The office.
    pub office: Office,
}

impl Scene {
    /// An office with these rules of compensation, at the end of 2026.
    pub fn new(compensation: &str) -> Self {
        let office = Office::new().at("2027-01-11T02:00:00Z");
        let folder = office.path("rules/clauses");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pack.toml"), format!("{PACK}\n{compensation}")).unwrap();
        let settings = office.data().join("hengxiang.toml");
        let rules = office.path("rules").to_string_lossy().into_owned();
        let text = format!("[rules]\nfolder = \"{rules}\"\npack = \"clauses\"\n");
        std::fs::write(settings, text).unwrap();
        let scene = Self { office };
        scene.import("行政区划", PLACES.to_owned());
        let rows = DEPARTMENTS
            .map(|(name, code, place, group)| format!("{code},{name},{place},{group},2020-01-01"));
        let head = "统一社会信用代码,部门名称,行政区划代码,考核分组,成立日期";
        scene.import("部门", table(head, &rows));
        // One resource a department, in a family of its own.
        let rows: Vec<String> = DEPARTMENTS
            .iter()
            .enumerate()
            .map(|(number, own)| resource(number, own.1))
            .collect();
        scene.import("目录", table(CATALOGUE, &rows));
        scene.office.add_cashier();
        scene
    }

    /// The same office at another instant.
    pub fn at(self, now: &'static str) -> Self {
        Self {
            office: self.office.at(now),
        }
    }

    /// Imports a text as a file and requires every row to be good.
    pub fn import(&self, name: &str, text: String) {
        let number = std::fs::read_dir(self.office.path(".")).unwrap().count();
        let file = self
            .office
            .file(&format!("{name}-{number}.csv"), text.as_bytes());
        let said = self.office.json(&["import", &file, "--as", "budget"]);
        assert_eq!(said["files"][0]["rejected"], 0, "{name}: {said:#}\n{text}");
    }

    /// Further resources by number and provider; from a hundred on they share the families of the
    /// first ones: 200 is of the family of 1.
    pub fn resources(&self, rows: &[(usize, &str)]) {
        let rows: Vec<String> = rows
            .iter()
            .map(|(number, provider)| resource(*number, code(provider)))
            .collect();
        self.import("目录", table(CATALOGUE, &rows));
    }

    /// Grants lines: payer, budget line, programme, yuan; approved by another person.
    pub fn grant(&self, rows: &[(&str, &str, &str, &str)]) {
        self.grant_in(2026, rows);
    }

    /// The same for a year.
    pub fn grant_in(&self, year: i32, rows: &[(&str, &str, &str, &str)]) {
        let text: Vec<String> = rows
            .iter()
            .map(|(payer, line, programme, yuan)| {
                format!(
                    "{payer}财〔{year}〕{line}{programme}号,{payer},{year},{line},{programme},{yuan},{year}-01-05"
                )
            })
            .collect();
        let head = "指标文号,出资行政区划代码,预算年度,科目编码,项目,指标金额,生效日期";
        self.import("指标", table(head, &text));
        self.office.approve_appropriations();
    }

    /// What departments kept of their duties in a month, of a hundred; all others keep all of them.
    pub fn kept(&self, month: &str, exceptions: &[(&str, u32)]) {
        let rows = DEPARTMENTS.map(|(name, code, ..)| {
            let own = exceptions.iter().find(|(other, _)| *other == name);
            let kept = own.map_or(100, |(_, kept)| *kept);
            format!("{code},{month},kept,{kept},100")
        });
        let head = "部门代码,考核周期,计量项,达成数,总数";
        self.import("计量", table(head, &rows));
    }

    /// Calls in a month: provider, number of its resource, consumer, calls.
    pub fn calls(&self, month: &str, rows: &[(&str, usize, &str, u32)]) {
        let text: Vec<String> = rows
            .iter()
            .map(|(provider, number, consumer, calls)| {
                let (provider, consumer) = (code(provider), code(consumer));
                format!(
                    "{month}-15,{provider},{},{consumer},{calls},0",
                    catalogue(*number)
                )
            })
            .collect();
        let head = "日期,提供方代码,信息资源代码,调用方代码,成功次数,失败次数";
        self.import("使用", table(head, &text));
    }

    /// Accepted claims of a month: id, department, 成本 or 损失, beneficiary, yuan, day.
    pub fn claims(&self, month: &str, rows: &[(&str, &str, &str, &str, &str, &str)]) {
        let text: Vec<String> = rows
            .iter()
            .map(|(id, department, kind, beneficiary, yuan, day)| {
                let department = code(department);
                format!("{id},{department},{month},{kind},{beneficiary},{yuan},{yuan},{month}-{day},事由")
            })
            .collect();
        let head = "申报编号,申报部门代码,所属周期,申报类别,受益行政区划代码,申报金额,核定金额,核定日期,事由";
        self.import("申报", table(head, &text));
    }

    /// Incidents of a month: department and code.
    pub fn incidents(&self, month: &str, rows: &[(&str, &str)]) {
        let text: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(number, (name, what))| {
                format!(
                    "{month}-{number},{},{what},{month}-03,{month}-04,情况",
                    code(name)
                )
            })
            .collect();
        let head = "事件编号,责任部门代码,违规代码,发生日期,认定日期,情况说明";
        self.import("事件", table(head, &text));
    }

    /// Runs a month and has it approved.
    pub fn decide(&self, month: &str) -> Value {
        let said = self.office.json(&["run", "--period", month]);
        for (login, step) in [("assessor", "--submit"), ("finance", "--approve")] {
            self.office
                .ok(&["review", "--period", month, "--as", login, step]);
        }
        said
    }

    /// The balance of an account, fen; debits are above zero.
    pub fn balance(&self, account: &str) -> i64 {
        let shown = self.office.json(&["ledger", "balance"]);
        let mut all = shown.as_array().unwrap().iter();
        let found = all.find(|own| own["account"] == account);
        found.map_or(0, |own| own["balance_fen"].as_i64().unwrap())
    }

    /// The register as it is after a reorganisation: «code, name, place, group, founded, ended,
    /// successor» of what changes.
    pub fn departments(&self, rows: &[String]) -> Value {
        let head = "统一社会信用代码,部门名称,行政区划代码,考核分组,成立日期,终止日期,承继部门代码";
        let file = self
            .office
            .file("部门-改革.csv", table(head, rows).as_bytes());
        let said = self.office.json(&["import", &file]);
        assert_eq!(said["files"][0]["rejected"], 0, "{said:#}");
        said
    }

    /// What can be paid to departments, fen.
    pub fn payable<const N: usize>(&self, names: [&str; N]) -> [i64; N] {
        names.map(|name| -self.balance(&format!("P:Payable:{}", code(name))))
    }

    /// What is unfunded to departments, fen.
    pub fn unfunded<const N: usize>(&self, names: [&str; N]) -> [i64; N] {
        names.map(|name| self.balance(&format!("M:Unfunded:{}", code(name))))
    }

    /// What is encumbered of lines `payer:year:line:programme`, fen.
    pub fn encumbered<const N: usize>(&self, lines: [&str; N]) -> [i64; N] {
        lines.map(|line| self.balance(&format!("B:Encumbered:{line}")))
    }

    /// Publishes a month that is approved: it is closed.
    pub fn publish(&self, month: &str) {
        self.office
            .ok(&["review", "--period", month, "--as", "assessor", "--publish"]);
    }

    /// Pays all that can be paid, by two people, and the treasury confirms it.
    pub fn pay(&self, document: &str) {
        let office = &self.office;
        let batch = office.json(&["pay", "instruct", "--document", document, "--as", "finance"]);
        office.approve_order("pay", &batch);
        let id = batch["id"].as_str().unwrap();
        for line in batch["lines"].as_array().unwrap() {
            let (number, receipt) = (
                line["line"].to_string(),
                format!("{document}-{}", line["line"]),
            );
            office.ok(&[
                "pay",
                "confirm",
                id,
                "--line",
                &number,
                "--receipt",
                &receipt,
                "--as",
                "finance",
            ]);
        }
    }
}

const CATALOGUE: &str = "信息资源名称,信息资源格式,提供方代码,信息资源代码,共享类型,发布日期,更新周期,数据级别,信息项数量";

fn catalogue(number: usize) -> String {
    let family = if number >= 100 {
        number / 100 - 1
    } else {
        number
    };
    format!("3070{family:02}/{number:06}")
}

fn resource(number: usize, provider: &str) -> String {
    let code = catalogue(number);
    format!("资源{number},接口,{provider},{code},无条件共享,2025-06-01,每日,1级,10")
}

fn table(head: &str, rows: &[String]) -> String {
    format!("{head}\n{}\n", rows.join("\n"))
}
