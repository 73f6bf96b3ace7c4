//! Facts: usage, inspections, cases, conduct, funds.

use domain::Fen;
use domain::facts::RequestOutcome;

use super::world::{World, dept, rejects};
use crate::{FileKind, Rows};

const USAGE: &str = "日期,提供方代码,信息资源代码,调用方代码,成功次数,失败次数,数据条数,流量字节\n";

#[test]
fn usage() {
    let reading = World::new().read(&format!(
        "{USAGE}\
         2026-03-05,{{1}},307/1,{{2}},１０,1,100,2048\n\
         2026/3/6,{{1}},307/1,{{2}},10,0,,\n\
         2026-05-05,{{1}},307/1,{{2}},10,0,,\n\
         2026-03-07,{{1}},307/1,{{2}},十,0,,\n\
         2026-03-07,{{1}},307/1,{{2}},10,-1,,\n\
         2026-03-07,{{1}},307/9,{{2}},10,0,,\n\
         2026-03-07,{{1}},307/2,{{2}},10,0,,\n\
         2026-03-07,{{1}},307/2,{{5}},10,0,,\n\
         2026-03-07,1.14E+17,307/1,{{2}},10,0,,\n\
         2026-03-07,{{1}},307/1,{{2}},10,0,1,2,错位\n"
    ));
    assert_eq!(
        rejects(&reading),
        [
            (4, "future", "日期"),
            (5, "number", "成功次数"),
            (6, "number", "失败次数"),
            (7, "unknown_resource", "信息资源代码"),
            (8, "provider_mismatch", "提供方代码"),
            (9, "provider_mismatch", "提供方代码"),
            (10, "excel_id", "提供方代码"),
            (11, "cells", ""),
        ]
    );
    let Rows::Usage(rows) = reading.rows else {
        panic!()
    };
    let first = &rows[0];
    let numbers = (first.succeeded, first.failed, first.records, first.bytes);
    assert_eq!(numbers, (10, 1, 100, 2048));
    assert_eq!((rows[1].records, rows[1].source.line), (0, 3));
}

#[test]
fn t2_self_calls_are_dropped_and_counted() {
    let reading = World::new().read(&format!(
        "{USAGE}2026-03-05,{{1}},307/1,{{1}},10,1,,\n2026-03-05,{{1}},307/1,{{2}},10,1,,\n"
    ));
    assert_eq!((reading.counts.self_calls, reading.counts.good), (1, 1));
    assert!(reading.rejects.is_empty());
}

#[test]
fn usage_of_nobody_is_listed_and_never_credited() {
    let reading = World::new().read(&format!(
        "{USAGE}\
         2026-03-05,{},307/1,{{2}},10,1,,\n\
         2026-03-05,{{1}},307/1,{{3}},10,1,,\n\
         2026-01-31,{{1}},307/1,{{3}},10,1,,\n\
         2026-01-31,{{1}},307/1,{{4}},10,1,,\n",
        dept(98)
    ));
    assert_eq!((reading.counts.good, reading.counts.unattributed), (1, 3));
    let listed: Vec<_> = reading.unattributed.iter().map(|row| row.line).collect();
    assert_eq!(listed, [2, 3, 5]);
    assert_eq!(
        reading.unattributed[0].what,
        format!("提供方代码 {}", dept(98))
    );
    // Who took over is said.
    assert!(reading.unattributed[1].reason.contains(&dept(4)));
}

#[test]
fn t19_a_successor_may_provide_what_the_catalogue_ascribes_to_the_old_department() {
    let reading = World::new().read(&format!(
        "{USAGE}\
         2026-01-31,{{3}},307/3,{{2}},10,1,,\n\
         2026-03-05,{{4}},307/3,{{2}},10,1,,\n\
         2026-03-05,{{1}},307/3,{{2}},10,1,,\n"
    ));
    assert_eq!(rejects(&reading), [(4, "provider_mismatch", "提供方代码")]);
    assert_eq!(reading.counts.good, 2);
}

#[test]
fn the_same_key_again_is_dropped_if_equal_and_refused_if_not() {
    let reading = World::new().read(&format!(
        "{USAGE}\
         2026-03-05,{{1}},307/1,{{2}},10,1,5,6\n\
         2026/3/5,{{1}},307/1,{{2}},１0,1,5,6\n\
         2026-03-05,{{1}},307/1,{{2}},11,1,5,6\n"
    ));
    assert_eq!((reading.counts.good, reading.counts.duplicates), (1, 1));
    assert_eq!(rejects(&reading), [(4, "duplicate", "")]);
    assert!(reading.rejects[0].reason.contains("第 2 行"));
}

#[test]
fn checks() {
    let reading = World::new().read(
        "信息资源代码,考核周期,最近更新日期,抽检记录数,抽检合格数\n\
         307/1,2026-03,2026-03-30,100,99\n\
         307/2,2026年3月,,0,0\n\
         307/3,202603,,10,10\n\
         307/1,2026-05,,10,10\n\
         307/1,2026-13,,10,10\n\
         307/1,2026-02,,10,11\n\
         307/9,2026-02,,10,10\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (5, "future", "考核周期"),
            (6, "period", "考核周期"),
            (7, "range", "抽检合格数"),
            (8, "unknown_resource", "信息资源代码"),
        ]
    );
    let Rows::Checks(rows) = reading.rows else {
        panic!()
    };
    assert!(rows.iter().all(|row| row.period.to_string() == "2026-03"));
}

#[test]
fn requests() {
    let reading = World::new().read(
        "申请流水号,信息资源代码,共享类型,提供方代码,申请部门代码,申请时间,延期工作日,延期批准日期,\
         答复日期,答复结果,不同意理由,数据提供日期,申请状态\n\
         S1,307/1,2,{1},{2},2026-03-02 23:59:07,10,2026-03-03,2026-03-09,同意,,2026-03-20,已完成\n\
         S2,307/1,有条件共享,{1},{2},1772380800000,,,2026-03-09,不同意,,,已退回\n\
         S3,307/1,,{1},{2},2026-03-02,,,2026-03-09,不同意,无法律依据,,\n\
         S4,307/1,2,{1},{2},2026-03-02,,,,,,,待审核\n\
         S5,307/1,2,{1},{2},2026-03-02,,,,撤回,,,失效\n\
         S6,307/1,2,{1},{2},2026-03-02,,,,同意,,,\n\
         S7,307/1,2,{1},{2},2026-03-02,,,2026-03-09,,,,\n\
         S8,307/1,2,{1},{2},2026-03-02,,,2026-03-01,同意,,,\n\
         S9,307/1,2,{1},{2},2026-03-02,,,2026-03-09,也许,,,\n\
         S10,307/1,2,{1},{2},2026-03-02,,,,,,,搁置\n\
         S11,307/1,2,{1},{3},2026-03-02,,,,,,,\n\
         S12,307/1,2,{1},{1},2026-03-02,,,,,,,\n\
         2.02603E+15,307/1,2,{1},{2},2026-03-02,,,,,,,\n\
         ,307/1,2,{1},{2},2026-03-02,,,,,,,\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (7, "order", "答复日期"),
            (8, "order", "答复结果"),
            (9, "order", "答复日期"),
            (10, "term", "答复结果"),
            (11, "term", "申请状态"),
            (12, "inactive_department", "申请部门代码"),
            (14, "excel_id", "申请流水号"),
            (15, "missing", "申请流水号"),
        ]
    );
    assert!(reading.rejects[5].remedy.contains(&dept(4)));
    assert_eq!(reading.counts.self_calls, 1);
    let Rows::Requests(rows) = reading.rows else {
        panic!()
    };
    let outcomes: Vec<_> = rows.iter().map(|row| row.outcome).collect();
    assert_eq!(
        outcomes,
        [
            RequestOutcome::Agreed,
            RequestOutcome::RefusedWithoutReason,
            RequestOutcome::RefusedWithReason,
            RequestOutcome::Open,
            RequestOutcome::Withdrawn,
        ]
    );
    // Received in the last minute of the day, or at midnight by the clock of Shanghai (T14).
    assert_eq!(rows[0].received_on.to_string(), "2026-03-02");
    assert_eq!(rows[1].received_on.to_string(), "2026-03-02");
    assert_eq!((rows[0].extension_days, rows[1].extension_days), (10, 0));
    assert_eq!(rows[2].share_type, domain::ShareType::Conditional);
}

#[test]
fn corrections() {
    let reading = World::new().read(
        "校核流水号,信息资源代码,提供方代码,申请部门代码,收到日期,办结日期,核实结果\n\
         J1,307/1,{1},{2},2026-03-02,2026-03-04,属实\n\
         J2,307/1,{1},{2},2026-03-02,,\n\
         J3,307/1,{1},{2},2026-03-02,2026-03-01,属实\n\
         J4,307/1,{1},{2},2026-03-02,,不属实\n\
         J5,307/1,{1},{2},2026-03-02,2026-03-04,可能\n\
         J6,307/2,{1},{5},2026-03-02,,\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (4, "order", "办结日期"),
            (5, "order", "办结日期"),
            (6, "term", "核实结果"),
            (7, "provider_mismatch", "提供方代码"),
        ]
    );
    let Rows::Corrections(rows) = reading.rows else {
        panic!()
    };
    assert!(rows[0].upheld && !rows[1].upheld);
}

#[test]
fn conduct() {
    let world = World::new();
    let reading = world.read(
        "事件编号,责任部门代码,违规代码,发生日期,认定日期,情况说明\n\
         I1,{1},leak,2026-03-01,2026-03-05,@SUM(A1)\n\
         I2,{3},P1,2026-01-20,2026-03-05,合并前发生\n\
         I3,{1},P10,2026-03-01,2026-03-05,\n\
         I4,{1},P1,2026-03-06,2026-03-05,\n\
         I5,{3},P1,2026-02-20,2026-03-05,\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (4, "term", "违规代码"),
            (5, "order", "认定日期"),
            (6, "inactive_department", "责任部门代码"),
        ]
    );
    let Rows::Incidents(rows) = reading.rows else {
        panic!()
    };
    assert_eq!(
        (rows[0].code.as_str(), rows[0].summary.as_str()),
        ("LEAK", "@SUM(A1)")
    );

    let reading = world.read(
        "反馈编号,部门代码,收到日期,渠道,满意度,答复日期\n\
         F1,{1},2026-03-01,12345,5,2026-03-02\nF2,{1},2026-03-01,12345,6,\n\
         F3,{1},2026-03-01,,3,\nF4,{1},2026-03-01,网站,3,2026-02-01\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (3, "range", "满意度"),
            (4, "missing", "渠道"),
            (5, "order", "答复日期")
        ]
    );

    let reading = world.read(
        "部门代码,考核周期,保障类别,应达标项数,已达标项数\n\
         {1},2026-03,设施,10,9\n{1},2026-03,数据,10,11\n{1},2026-03,经费,10,9\n\
         {3},2026-03,人员,1,1\n{3},2026-01,人员,1,1\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (3, "range", "已达标项数"),
            (4, "term", "保障类别"),
            (5, "inactive_department", "部门代码"),
        ]
    );
    assert_eq!(
        (reading.kind, reading.counts.good),
        (FileKind::Safeguards, 2)
    );
}

#[test]
fn judgements_are_of_what_is_judged_within_what_is_given_and_signed() {
    let world = World::new();
    let reading = world.read(
        "部门代码,考核周期,指标编号,指标名称,评定值,评定理由,评定人,签署日期\n\
         {1},2026-03,innovation,创新,7.5,材料齐全,张三,2026-04-02\n\
         {2},2026-03,attitude,,0.8,配合,李四,2026-04-02\n\
         {1},2026-03,attitude,,1.1,配合,李四,2026-04-02\n\
         {2},2026-03,innovation,,-1,少,李四,2026-04-02\n\
         {2},2026-03,inovation,,1,误,李四,2026-04-02\n\
         {2},2026-03,ended,,1,过期,李四,2026-04-02\n\
         {2},2026-03,innovation,,1, ,李四,2026-04-02\n\
         {2},2026-03,innovation,,1,有,,2026-04-02\n\
         {2},2026-03,innovation,,1,有,李四,\n\
         {2},2026-03,innovation,,1,有,李四,2026-02-28\n\
         {1},2026-02,innovation,,8,材料齐全,张三,2026-03-02\n\
         {1},2026-02,innovation,,9,材料齐全,张三,2026-03-02\n\
         {2},2026-02,innovation,,1,补评,张三,2026-03-02\n\
         {1},2026-03,innovation,,7.5001,改,张三,2026-04-02\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (4, "range", "评定值"),
            (5, "number", "评定值"),
            (6, "unknown_indicator", "指标编号"),
            (7, "unknown_indicator", "指标编号"),
            (8, "missing", "评定理由"),
            (9, "missing", "评定人"),
            (10, "missing", "签署日期"),
            (11, "order", "签署日期"),
            (13, "decided", "考核周期"),
            (14, "decided", "考核周期"),
            (15, "duplicate", ""),
        ]
    );
    let remedy = &reading.rejects[2].remedy;
    assert!(remedy.contains("innovation、attitude"), "{remedy}");
    let Rows::Judgements(rows) = reading.rows else {
        panic!()
    };
    // The judgement that stands in the decided month may be delivered again.
    let values: Vec<String> = rows.iter().map(|row| row.value.to_string()).collect();
    assert_eq!(values, ["7.5", "0.8", "8"]);
    assert_eq!(
        (rows[0].assessor.as_str(), rows[0].source.line),
        ("张三", 2)
    );
}

#[test]
fn measures_are_achieved_out_of_a_population_or_plain_counts() {
    let world = World::new();
    let reading = world.read(
        "部门代码,考核周期,计量项,达成数,总数,数据来源\n\
         {1},2026-03,keyword,46,46,平台\n\
         {1},2026-03,spatial,42.5,46,\n\
         {1},2026-03,praise,3,,\n\
         {1},2026-03,theme,47,46,\n\
         {1},2026-03,,1,1,\n\
         {1},2026-03,uptime,九成,100,\n\
         {3},2026-03,uptime,90,100,\n\
         {1},2026-03,keywrod,46,46,平台\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (5, "range", "达成数"),
            (6, "missing", "计量项"),
            (7, "number", "达成数"),
            (8, "inactive_department", "部门代码"),
            (9, "unknown_measure", "计量项"),
        ]
    );
    assert!(reading.rejects[4].remedy.contains("keyword、praise"));
    let Rows::Measures(rows) = reading.rows else {
        panic!()
    };
    let read: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}/{}", row.measure, row.achieved, row.population))
        .collect();
    assert_eq!(read, ["keyword 46/46", "spatial 42.5/46", "praise 3/0"]);
}

#[test]
fn funds() {
    let world = World::new();
    let reading = world.read(
        "申报编号,申报部门代码,所属周期,申报类别,受益行政区划代码,申报金额,核定金额,核定日期,事由\n\
         C1,{1},2026-03,成本,410000,\"12,345.67\",10000,2026-04-02,核减\n\
         C2,{1},2026-03,损失,410000,100,,,\n\
         C3,{1},2026-03,损失,410000,100,0,2026-04-02,不予核定\n\
         C4,{1},2026-03,损失,410000,100,101,2026-04-02,\n\
         C5,{1},2026-03,损失,410000,100,50,,\n\
         C6,{1},2026-03,损失,410000,0,,,\n\
         C7,{1},2026-03,损失,410000,1.234,,,\n\
         C8,{1},2026-03,利息,410000,1,,,\n\
         C9,{1},2026-03,损失,999999,1,,,\n\
         C10,{1},2026-03,损失,410000,1,1,2026-02-01,\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (5, "range", "核定金额"),
            (6, "order", "核定日期"),
            (7, "range", "申报金额"),
            (8, "amount", "申报金额"),
            (9, "term", "申报类别"),
            (10, "unknown_jurisdiction", "受益行政区划代码"),
            (11, "order", "核定日期"),
        ]
    );
    let Rows::Claims(rows) = reading.rows else {
        panic!()
    };
    assert_eq!(rows[0].declared_fen, Fen::new(1_234_567));
    assert_eq!(rows[1].accepted_fen, None);
    assert_eq!(rows[2].accepted_fen, Some(Fen::ZERO));

    let reading = world.read(
        "指标文号,出资行政区划代码,预算年度,科目编码,项目,指标金额,生效日期\n\
         豫财〔2026〕1号,410000,2026,2010308,数据共享补偿,5000000.00,2026-01-01\n\
         豫财〔2026〕2号,410000,2027年,2010308,数据共享补偿,1,2027-01-01\n\
         豫财〔2026〕3号,410000,26,2010308,数据共享补偿,1,2026-01-01\n\
         豫财〔2026〕4号,410000,2026,2010308,数据共享补偿,-1,2026-01-01\n\
         豫财〔2026〕5号,410000,2026,,数据共享补偿,1,2026-01-01\n",
    );
    assert_eq!(
        rejects(&reading),
        [
            (4, "term", "预算年度"),
            (5, "range", "指标金额"),
            (6, "missing", "科目编码"),
        ]
    );
    let Rows::Appropriations(rows) = reading.rows else {
        panic!()
    };
    assert_eq!((rows[0].budget_year, rows[1].budget_year), (2026, 2027));
    assert_eq!(rows[0].amount_fen, Fen::new(500_000_000));
}
