//! Registers: jurisdictions, departments, the catalogue, the X-Road maps.

use domain::catalogue::{ShareType, UpdateCycle};

use super::world::{World, dept, rejects};
use crate::{FileKind, Rows};

#[test]
fn jurisdictions() {
    let reading = World::new().read(
        "行政区划代码,行政区划名称,级别,上级代码\n\
         410105,金水区,县级,410100\n\
         ４１０１０２,中原区,县级,410100\n\
         10100,郑州市,市级,410000\n\
         4.10E+5,郑州市,市级,410000\n\
         410300,洛阳市,地市,410000\n\
         410400,平顶山市,市级,\n\
         410501,文峰区,县级,410500\n\
         410601,山城区,县级,410102\n\
         410700,,市级,410000\n\
         420000,湖北省,省级,\n\
         420100,武汉市,市级,420000\n",
    );
    assert_eq!(reading.kind, FileKind::Jurisdictions);
    assert_eq!(
        rejects(&reading),
        [
            (4, "code", "行政区划代码"),
            (5, "excel_id", "行政区划代码"),
            (6, "term", "级别"),
            (7, "missing", "上级代码"),
            (8, "parent", "上级代码"),
            (9, "parent", "上级代码"),
            (10, "missing", "行政区划名称"),
        ]
    );
    let Rows::Jurisdictions(rows) = reading.rows else {
        panic!()
    };
    let codes: Vec<_> = rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["410105", "410102", "420000", "420100"]);
}

#[test]
fn superiors_and_successors_must_not_turn_in_a_ring() {
    let world = World::new();
    let reading = world.read(
        "行政区划代码,行政区划名称,级别,上级代码\n\
         430000,甲,省级,430100\n\
         430100,乙,市级,430000\n",
    );
    assert_eq!(
        rejects(&reading),
        [(2, "parent", "上级代码"), (3, "parent", "上级代码")]
    );
    // Department 4 is registered as the successor of 3; the file turns it back.
    let reading = world.read(
        "统一社会信用代码,部门名称,行政区划代码,考核分组,成立日期,终止日期,承继部门代码\n\
         {4},部门4,410100,市直,2026-02-01,2026-03-01,{3}\n",
    );
    assert_eq!(rejects(&reading), [(2, "successor", "承继部门代码")]);
    assert!(reading.rejects[0].reason.contains("成环"));
}

#[test]
fn departments() {
    let (six, seven) = (dept(6), dept(7));
    let reading = World::new().read(&format!(
        "统一社会信用代码,部门名称,行政区划代码,考核分组,成立日期,终止日期,承继部门代码\n\
         {six},部门6,410100,市直,2019/1/1,,\n\
         {seven},部门7,410100,省直,20190101,2026-01-01,{six}\n\
         {{1}},部门1,410199,市直,2019-01-01,,\n\
         {{2}},部门2,410100,中直,2019-01-01,,\n\
         {{3}},部门3,410100,市直,2019-01-01,2018-01-01,\n\
         {{4}},部门4,410100,市直,2019-01-01,,{six}\n\
         {{5}},部门5,410100,市直,2019-01-01,2026-01-01,{nobody}\n\
         1.14101E+17,部门8,410100,市直,2019-01-01,,\n\
         1141010,部门9,410100,市直,2019-01-01,,\n\
         {nobody},部门10,410100,市直,昨天,,\n",
        nobody = dept(99),
    ));
    assert_eq!(
        rejects(&reading),
        [
            (4, "unknown_jurisdiction", "行政区划代码"),
            (5, "term", "考核分组"),
            (6, "order", "终止日期"),
            (7, "order", "承继部门代码"),
            (8, "successor", "承继部门代码"),
            (9, "excel_id", "统一社会信用代码"),
            (10, "uscc", "统一社会信用代码"),
            (11, "date", "成立日期"),
        ]
    );
    assert_eq!(reading.counts.good, 2);
}

#[test]
fn t24_check_character_is_a_warning_and_lower_case_is_folded() {
    let mut wrong = dept(6);
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    let reading = World::new().read(&format!(
        "统一社会信用代码,部门名称,行政区划代码,考核分组,成立日期\n\
         {wrong},部门6,410100,市直,2019-01-01\n\
         52100000500000784g,部门7,410100,市直,2019-01-01\n",
    ));
    assert_eq!((reading.counts.good, reading.counts.rejected), (2, 0));
    let [warning] = &reading.warnings[..] else {
        panic!("{:?}", reading.warnings)
    };
    assert_eq!((warning.code, warning.place.line), ("ingest.uscc_check", 2));
    assert!(warning.message.contains(&format!("校验码应为 {last}")));
    let Rows::Departments(rows) = reading.rows else {
        panic!()
    };
    assert_eq!(rows[1].id.as_str(), "52100000500000784G");
}

const CATALOGUE: &str = "信息资源分类1,信息资源名称,信息资源格式,提供方代码,信息资源代码,共享类型,\
                         发布日期,更新周期,在线资源链接地址,涉密属性,数据级别,信息项数量\n";

#[test]
fn catalogue_in_both_vocabularies() {
    let reading = World::new().read(&format!(
        "{CATALOGUE}\
         基础信息资源,人口信息,接口,{{1}},100/1,无条件共享,2024-05-01,每月,http://x/1,非涉密,3级,12\n\
         部门信息资源类,企业信息,库表,{{1}},100/2,2,1714492800000,quarter,无,,,\n\
         ,=HYPERLINK(1),文件,{{3}},100/3,不予共享,2024年5月1日,OnDemand,,,2,3\n\
         其他,企业信息,库表,{{1}},100/4,2,2024-05-01,month,,,,\n\
         ,企业信息,磁带,{{1}},100/5,2,2024-05-01,month,,,,\n\
         ,企业信息,库表,{},100/6,2,2024-05-01,month,,,,\n\
         ,企业信息,库表,{{1}},100/7,4,2024-05-01,month,,,,\n\
         ,企业信息,库表,{{1}},100/8,1,2027-05-01,month,,,,\n\
         ,企业信息,库表,{{1}},100/9,1,2024-05-01,每两日,,,,\n\
         ,企业信息,库表,{{1}},100/10,1,2024-05-01,month,,,5级,\n\
         ,企业信息,库表,{{1}},100/11,1,2024-05-01,month,,,,0\n\
         ,企业信息,库表,{{1}},1.00E+12,1,2024-05-01,month,,,,\n",
        dept(98)
    ));
    assert_eq!(
        rejects(&reading),
        [
            (5, "term", "信息资源分类1"),
            (6, "term", "信息资源格式"),
            (7, "unknown_department", "提供方代码"),
            (8, "term", "共享类型"),
            (9, "future", "发布日期"),
            (10, "term", "更新周期"),
            (11, "term", "数据级别"),
            (12, "range", "信息项数量"),
            (13, "excel_id", "信息资源代码"),
        ]
    );
    assert_eq!(
        reading.rejects[5].reason,
        "第 10 行“更新周期”的值“每两日”不认识 (unknown term)"
    );
    let Rows::Catalogue(rows) = reading.rows else {
        panic!()
    };
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.share_type,
                row.update_cycle,
                row.grade,
                row.item_count,
                row.mounted,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (ShareType::Unconditional, UpdateCycle::Monthly, 3, 12, true),
            (ShareType::Conditional, UpdateCycle::Quarterly, 1, 1, false),
            (ShareType::None, UpdateCycle::OnDemand, 2, 3, false),
        ]
    );
    assert_eq!(
        (rows[0].class.as_str(), rows[0].format.as_str()),
        ("basic", "api")
    );
    assert_eq!(
        (rows[1].class.as_str(), rows[1].format.as_str()),
        ("department", "table")
    );
    assert_eq!(rows[1].published_on.to_string(), "2024-05-01");
    // What looks like a formula is text like any other.
    assert_eq!(rows[2].name, "=HYPERLINK(1)");
    assert_eq!((rows[2].source.batch, rows[2].source.line), (0, 4));
}

#[test]
fn t22_secret_rows_are_refused_without_naming_what_is_secret() {
    let reading = World::new().read(&format!(
        "{CATALOGUE}\
         ,机要甲,库表,{{1}},100/1,1,2024-05-01,month,,涉密,,\n\
         ,机要乙,库表,{{1}},100/2,1,2024-05-01,month,,机密,,\n\
         ,机要丙,库表,不是代码,100/3,1,2024-05-01,month,,是,,\n\
         ,寻常丁,库表,{{1}},100/4,1,2024-05-01,month,,非涉密,,\n"
    ));
    let codes: Vec<_> = rejects(&reading).iter().map(|r| (r.0, r.1)).collect();
    assert_eq!(codes, [(2, "secret"), (3, "secret"), (4, "secret")]);
    let csv = String::from_utf8(crate::rejects_csv("a.csv", &reading.rejects)).unwrap();
    assert!(!csv.contains("机要"), "{csv}");
    assert_eq!(reading.counts.good, 1);
}

#[test]
fn member_and_service_maps() {
    let world = World::new();
    let reading = world.read(&format!(
        "xRoadInstance,memberClass,memberCode,subsystemCode,部门代码\n\
         HN,GOV,M1,,{{1}}\nHN,GOV,M1,SUB,{{2}}\nHN,GOV,,,{{2}}\nHN,GOV,M2,,{}\n\
         HN,GOV,M1,,{{2}}\n",
        dept(98)
    ));
    assert_eq!(
        rejects(&reading),
        [
            (4, "missing", "memberCode"),
            (5, "unknown_department", "部门代码"),
            (6, "duplicate", ""),
        ]
    );
    assert!(reading.rejects[2].reason.contains("第 2 行"));
    assert_eq!((reading.kind, reading.counts.good), (FileKind::Members, 2));

    let reading = world.read(
        "xRoadInstance,memberClass,memberCode,serviceCode,信息资源代码\n\
         HN,GOV,M1,query,307/1\nHN,GOV,M1,other,999/9\n",
    );
    assert_eq!(rejects(&reading), [(3, "unknown_resource", "信息资源代码")]);
    assert_eq!((reading.kind, reading.counts.good), (FileKind::Services, 1));
}
