//! Importance weights as their user meets them: files in, tables, blocks for a pack, refusals.

use std::fs;

use crate::support::{Office, copy_folder, root};

const MATRIX: &str = "\
准则,应用广度,使用频率,基础库,更新频率
应用广度,1,1,5,3
使用频率,1,1,3,3
基础库,1/5,1/3,1,1
更新频率,1/3,1/3,1,1
";
/// Wang and Chin 2011: CR = 0.2290.
const INCONSISTENT: &str = "\
,a,b,c,d,e,f
a,1,4,3,1,3,4
b,1/4,1,7,3,1/5,1
c,1/3,1/7,1,1/5,1/5,1/6
d,1,1/3,5,1,1,1/3
e,1/3,5,5,1,1,3
f,1/4,1,6,3,1/3,1
";
const DATA: &str = "\
部门,调用次数,差错率,时长
公安局,120,0.02,3
民政局,80,0.05,3
税务局,200,0.01,3
";

fn write(office: &Office, name: &str, text: &str) -> String {
    let path = office.path(name);
    fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn a_matrix_is_weighed_by_the_solver_named() {
    let office = Office::new();
    let matrix = write(&office, "m.csv", MATRIX);
    let found = office.json(&[
        "weights",
        "ahp",
        &matrix,
        "--solver",
        "column_mean",
        "--decimals",
        "6",
    ]);
    let weights = ["0.411184", "0.361184", "0.107237", "0.120395"];
    assert_eq!(found["weights"], serde_json::json!(weights));
    // Published as 0.012163, rounded.
    assert!(
        found["cr"].as_str().unwrap().starts_with("0.0121627"),
        "{found}"
    );
    let text = office.ok(&["weights", "ahp", &matrix, "--solver", "eigenvector"]);
    assert!(
        text.contains("特征根法") && text.contains("0.4131"),
        "{text}"
    );
    assert!(
        text.contains("CR = 0.012146") && text.contains("accepted"),
        "{text}"
    );
    // Which solver is never guessed.
    assert_eq!(
        office.run(&["weights", "ahp", &matrix]).status.code(),
        Some(2)
    );
}

#[test]
fn inconsistent_judgements_are_refused_and_a_reason_is_recorded() {
    let office = Office::new();
    let matrix = write(&office, "m.csv", INCONSISTENT);
    let weigh = [
        "weights",
        "ahp",
        &matrix,
        "--solver",
        "eigenvector",
        "--toml",
    ];
    let said = office.fails(&weigh);
    assert!(
        said.contains("CR = 0.229011") && said.contains("refused"),
        "{said}"
    );
    assert!(said.contains("“a”对“c”写作 3，由权重推得 9.23"), "{said}");
    assert!(
        !said.contains("[[weights]]"),
        "a refused result is no block: {said}"
    );
    let said = office.fails(&[&weigh[..], &["--override", " "]].concat());
    assert!(said.contains("give a reason"), "{said}");
    let block = office.ok(&[&weigh[..], &["--override", "专家组复议维持"]].concat());
    assert!(block.contains("override = \"专家组复议维持\""), "{block}");
}

#[test]
fn printed_blocks_load_in_a_pack_and_their_numbers_cannot_be_touched() {
    let office = Office::new();
    let matrix = write(&office, "m.csv", INCONSISTENT);
    let data = write(&office, "d.csv", DATA);
    let mut blocks = office.ok(&[
        "weights",
        "ahp",
        &matrix,
        "--solver",
        "geometric_mean",
        "--override",
        "复议",
        "--toml",
        "--id",
        "judged",
        "--year",
        "2026",
    ]);
    for (method, id) in [("entropy", "spread"), ("critic", "conflict")] {
        let weigh = [
            "weights",
            method,
            &data,
            "--cost",
            "差错率",
            "--toml",
            "--id",
            id,
        ];
        blocks.push_str(&office.ok(&weigh));
    }
    let pack = office.path("pack");
    copy_folder(&root().join("rules/tiaoli-809"), &pack);
    let check = || office.run(&["rules", "check", &pack.to_string_lossy()]);
    fs::write(pack.join("weights.toml"), &blocks).unwrap();
    let output = check();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{blocks}");
    fs::write(
        pack.join("weights.toml"),
        blocks.replacen("\"0.02\"", "\"0.03\"", 1),
    )
    .unwrap();
    let output = check();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("weights.toml:") && said.contains("rules.weights_mismatch"),
        "{said}"
    );
}

#[test]
fn every_fault_of_a_file_has_line_field_and_remedy() {
    let office = Office::new();
    let said = |text: &str| {
        let file = write(&office, "bad.csv", text);
        office.fails(&["weights", "ahp", &file, "--solver", "column_mean"])
    };
    let text = said(",甲,乙,丙\n甲,1,3,0\n乙,0.33,2,1\n丙,1,1,1\n");
    for part in [
        "bad.csv:2:4",
        "第 2 行“丙”列：“0”判断值不是正数",
        "第 3 行“甲”列：“0.33”与对称位置的值不互为倒数，应为 1/3",
        "写作 1/3",
        "第 3 行“乙”列：“2”准则与自身比较应为 1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(said(",甲,乙\n甲,1,x\n乙,1,1\n").contains("第 2 行“乙”列：“x”不是数"));
    assert!(said(",甲,乙\n甲,1,2\n").contains("not square: 1 rows, 2 cells"));
    assert!(said(",甲,乙\n乙,1,2\n甲,1/2,1\n").contains("row and column names differ"));
    assert!(said(",甲,甲\n甲,1,2\n甲,1/2,1\n").contains("duplicate name"));
    assert!(said(",甲,乙\n").contains("no rows below the header"));
    let data = write(&office, "d.csv", DATA);
    let text = office.fails(&["weights", "entropy", &data, "--cost", "差错"]);
    assert!(
        text.contains("没有列“差错”；有 调用次数、差错率、时长"),
        "{text}"
    );
    let ragged = write(&office, "r.csv", "a,b\n1,2\n3\n");
    let text = office.fails(&["weights", "critic", &ragged]);
    assert!(
        text.contains("r.csv:3:2") && text.contains("1 values, 2 columns"),
        "{text}"
    );
}

#[test]
fn data_are_weighed_and_degenerate_ones_say_so() {
    let office = Office::new();
    let data = write(&office, "d.csv", DATA);
    let text = office.ok(&["weights", "entropy", &data, "--cost", "差错率"]);
    assert!(
        text.contains("min-max") && text.contains("成本 cost"),
        "{text}"
    );
    let one = write(&office, "one.csv", "a,b\n1,2\n");
    for method in ["entropy", "critic"] {
        let text = office.ok(&["weights", method, &one]);
        assert!(
            text.contains("0.5000") && text.contains("equal weights"),
            "{text}"
        );
    }
}
