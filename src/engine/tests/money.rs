//! `[compensation]`: what a pack can declare, what is refused, and what comes of the formulas.

use domain::facts::ClaimKind;

use super::*;
use crate::pack::{
    ComponentKind, DataSet, Excess, Exhaustion, Flows, PotSelector, Unfunded, WithoutPot,
};

/// The columns of flows, as the real tables have them.
fn with_flows() -> Schema {
    let mut schema = schema();
    let usage = schema.tables.iter_mut().find(|one| one.name == "usage");
    let flags = ["horizontal", "vertical", "cross_region"];
    let flags = flags.map(|name| Column::new(name, Type::Bool, ""));
    usage.unwrap().columns.extend(flags);
    schema
}

/// A fine of 200.50 yuan.
const FINE: &str = "[[parameter]]\nid = \"fine\"\nunit = \"cny\"\ncite = \"ours\"\n\
                    values = [{ from = 2025-01-01, value = \"200.50\" }]\n";

/// The small pack with other words after `[compensation]`, and with more components.
fn with(head: &str, more: &str) -> String {
    let head = format!("[compensation]\n{head}");
    let more = format!("{more}\n{FINE}[[constraint]]");
    PACK.replacen("[compensation]\n", &head, 1)
        .replacen("[[constraint]]", &more, 1)
}

fn loaded(text: &str) -> Pack {
    let loaded = load(&files(text), &with_flows());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    loaded
        .pack
        .unwrap_or_else(|| panic!("{}", shown.join("\n")))
}

/// Codes of what is wrong, by place.
fn complaints(text: &str) -> Vec<&'static str> {
    let loaded = load(&files(text), &with_flows());
    assert!(loaded.pack.is_none());
    loaded.diagnostics.iter().map(|one| one.code).collect()
}

#[test]
fn a_pack_that_says_nothing_more_has_the_plain_rules() {
    let pack = pack();
    let compensation = pack.compensation.as_ref().unwrap();
    assert_eq!(compensation.exhaustion, Exhaustion::PriorityClasses);
    assert_eq!(compensation.unfunded, Unfunded::Lapse);
    assert_eq!(compensation.without_pot, WithoutPot::Unfunded);
    assert_eq!(compensation.year_end.carry_years, 0);
    let reward = compensation.component("reward").unwrap();
    assert_eq!((reward.priority, reward.flows), (None, Flows::ALL));
    assert!(reward.pots.is_empty() && !reward.despite_veto);
}

#[test]
fn everything_that_can_be_declared_is_read() {
    let pack = loaded(&with(
        "exhaustion = \"pro_rata_at_year_end\"\nadvance = \"reward_share\"\nunfunded = \"carry\"\n\
         without_pot = \"superior_advances\"\n",
        r#"
[[compensation.component]]
id = "county_cost"
kind = "claims"
claims = "cost"
rate = "reward_share"
priority = 2
flows = ["vertical", "cross_region"]
pots = [{ programme = "甲" }, { budget_line = "2010301", programme = "乙" }]
veto = "ignored"
[[compensation.component]]
id = "commons"
kind = "shapley"
pool = "reward_share"
cost = "100.00 * importance"
data_set = "family"
[[compensation.deduction]]
id = "violations_fen"
title = "违规扣减"
from = "incidents"
where = "code = 'P1'"
amount = "fine * COUNT(*)"
components = ["reward"]
excess = "waive"
cite = "act:39"
[compensation.year_end]
available = "carry"
carry_years = 2
cite = "act:38"
"#,
    ));
    let compensation = pack.compensation.as_ref().unwrap();
    let advance = "reward_share".to_owned();
    assert_eq!(
        compensation.exhaustion,
        Exhaustion::ProRataAtYearEnd { advance }
    );
    assert_eq!(compensation.unfunded, Unfunded::Carry);
    assert_eq!(compensation.without_pot, WithoutPot::SuperiorAdvances);
    assert_eq!(compensation.year_end.carry_years, 2);
    let cost = compensation.component("county_cost").unwrap();
    assert!(matches!(
        &cost.kind,
        ComponentKind::Claims {
            of: ClaimKind::Cost,
            ..
        }
    ));
    assert_eq!(cost.priority, Some(2));
    assert!(!cost.flows.horizontal && cost.flows.vertical && cost.flows.cross_region);
    assert!(cost.despite_veto);
    let pot = |line: Option<&str>, programme: &str| PotSelector {
        budget_line: line.map(Into::into),
        programme: Some(programme.into()),
    };
    assert_eq!(cost.pots, [pot(None, "甲"), pot(Some("2010301"), "乙")]);
    let commons = compensation.component("commons").unwrap();
    let family = DataSet::Family;
    assert!(
        matches!(&commons.kind, ComponentKind::Shapley { data_set, .. } if *data_set == family)
    );
    let deduction = &compensation.deductions[0];
    assert_eq!(
        (deduction.excess, deduction.components.len()),
        (Excess::Waive, 1)
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    let component = |keys: &str| {
        let keys = format!("[[compensation.component]]\nid = \"more\"\n{keys}\n");
        complaints(&with("", &keys))
    };
    let cost = "claims = \"cost\"\nrate = \"reward_share\"\n";
    let pool = "pool = \"reward_share\"\nweight = \"COUNT(*)\"\n";
    assert_eq!(component("rate = \"reward_share\""), ["rules.missing_key"]);
    assert_eq!(
        component(&format!("{cost}flows = [\"upward\"]")),
        ["rules.unknown_word"]
    );
    assert_eq!(component(&format!("{cost}flows = []")), ["rules.empty"]);
    assert_eq!(
        component(&format!("{cost}pots = [{{}}]")),
        ["rules.missing_key"]
    );
    assert_eq!(
        component(&format!("{cost}veto = \"maybe\"")),
        ["rules.unknown_word"]
    );
    let misspelt = component("claims = \"cost\"\nrate = \"rewad_share\"");
    assert!(
        misspelt.contains(&"rules.unknown_reference"),
        "{misspelt:?}"
    );
    assert_eq!(
        component(&format!("{pool}from = \"requests\"")),
        ["rules.no_payer"]
    );
    assert_eq!(
        component("kind = \"shapley\"\npool = \"reward_share\"\ncost = \"code\""),
        ["rules.type"]
    );
    let class = "[[compensation.component]]\nid = \"one\"\npriority = 1\nclaims = \"loss\"\n\
                 rate = \"reward_share\"\n[[compensation.component]]\nid = \"two\"\npriority = 1\n";
    assert_eq!(
        complaints(&with("", &format!("{class}{pool}"))),
        ["rules.priority"]
    );
    let other_pots = format!("{class}{cost}pots = [{{ programme = \"甲\" }}]\n");
    assert_eq!(complaints(&with("", &other_pots)), ["rules.priority"]);
    let head = |head: &str| complaints(&with(head, ""));
    assert_eq!(
        head("exhaustion = \"pro_rata_at_year_end\"\n"),
        ["rules.missing_key"]
    );
    assert_eq!(
        head("exhaustion = \"pro_rata_at_year_end\"\nadvance = \"reward_share\"\n"),
        ["rules.exhaustion"]
    );
    assert_eq!(head("advance = \"reward_share\"\n"), ["rules.unknown_key"]);
    let deduction = "[[compensation.deduction]]\nid = \"d\"\ntitle = \"d\"\nfrom = \"incidents\"\n\
                     amount = \"SUM(violation(code))\"\ncite = \"act:39\"\n";
    assert_eq!(complaints(&with("", deduction)), ["rules.unit"]);
    let lapse = "[compensation.year_end]\navailable = \"lapse\"\ncarry_years = 2\n";
    assert_eq!(complaints(&with("", lapse)), ["rules.unknown_key"]);
}

#[test]
fn a_weight_counts_only_the_flows_that_the_component_names() {
    let schema = with_flows();
    let mut builder = RowBuilder::new(&schema, 1);
    for (payer, flow) in [
        ("city", "horizontal"),
        ("city", "vertical"),
        ("province", "cross_region"),
    ] {
        let row = [
            ("payer", text(payer)),
            ("succeeded", number("1")),
            ("importance", number("1.25")),
            (flow, Datum::Bool(true)),
            ("day", date("2026-03-02")),
        ];
        builder.push(0, "usage", &row).unwrap();
    }
    let frame = builder.finish().unwrap();
    for (flows, expected) in [
        ("[\"horizontal\"]", [(5, 4), (0, 1)]),
        ("[\"vertical\", \"cross_region\"]", [(5, 4), (5, 4)]),
        ("[\"horizontal\", \"vertical\"]", [(5, 2), (0, 1)]),
    ] {
        let keys = format!("id = \"reward\"\nflows = {flows}");
        let pack = loaded(&PACK.replacen("id = \"reward\"", &keys, 1));
        let plan = Plan::new(&pack, &schema, "2026-03".parse().unwrap()).unwrap();
        let calendar = calendar();
        let bound = plan.bind(&frame, &calendar).unwrap();
        let weights = bound.evaluate_weight("reward", "payer").unwrap();
        let found: Vec<_> = ["city", "province"].map(|payer| weights[0][payer]).into();
        let expected: Vec<_> = expected
            .map(|(above, below)| Quantity::new(above, below).unwrap())
            .into();
        assert_eq!(found, expected, "{flows}");
    }
}

#[test]
fn deductions_are_yuan_by_subject_and_costs_are_fen_by_resource() {
    let text = with(
        "",
        r#"
[[compensation.deduction]]
id = "violations_fen"
title = "违规扣减"
from = "incidents"
where = "code = 'P1'"
amount = "fine * COUNT(*)"
cite = "act:39"
[[compensation.component]]
id = "commons"
kind = "shapley"
pool = "reward_share"
cost = "0.333 * grade"
"#,
    );
    let pack = loaded(&text);
    let schema = with_flows();
    let plan = Plan::new(&pack, &schema, "2026-03".parse().unwrap()).unwrap();
    let calendar = calendar();
    let mut builder = RowBuilder::new(&schema, 2);
    for (subject, code) in [(0, "P1"), (0, "P1"), (0, "P2"), (1, "P2")] {
        let row = [("code", super::text(code))];
        builder.push(subject, "incidents", &row).unwrap();
    }
    for grade in ["1", "2", "4"] {
        builder
            .push(1, "resources", &[("grade", number(grade))])
            .unwrap();
    }
    let frame = builder.finish().unwrap();
    let bound = plan.bind(&frame, &calendar).unwrap();
    let taken = bound.evaluate_deduction("violations_fen").unwrap();
    assert_eq!(taken, [Quantity::whole(401), Quantity::ZERO]);
    assert!(bound.evaluate_deduction("nothing").is_err());
    // Rounded down to whole fen, as the pack rounds money.
    assert_eq!(
        plan.replacement_costs("commons", &frame).unwrap(),
        [33, 66, 133]
    );
    assert!(plan.replacement_costs("reward", &frame).is_err());
}

#[test]
fn a_parameter_that_ends_while_money_needs_it_is_found_on_loading() {
    let ends = "to = 2026-07-01, value = \"200.50\"";
    let deduction = "[[compensation.deduction]]\nid = \"d\"\ntitle = \"d\"\nfrom = \"incidents\"\n\
                     amount = \"fine * COUNT(*)\"\ncite = \"act:39\"\n\
                     [[end]]\nof = \"parameter\"\nid = \"fine\"\non = 2026-07-01\nreason = \"期满\"\n\
                     cite = \"ours\"\n";
    let text = with("", deduction).replacen("value = \"200.50\"", ends, 1);
    let loaded = load(&files(&text), &with_flows());
    let found = loaded.diagnostics.iter().map(ToString::to_string);
    let found: Vec<String> = found.filter(|one| one.contains("fine")).collect();
    assert!(
        loaded.pack.is_none() && !found.is_empty(),
        "{:?}",
        loaded.diagnostics
    );
}
