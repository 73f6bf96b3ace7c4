//! Who pays, of which pot, for what, and who is shut out.

use crate::support::scene::{Scene, parameter, parameter_in};

/// Costs in full, losses at four fifths.
fn claims_only(more: &str) -> String {
    format!(
        "{}{}[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\n{more}\n\
         [[compensation.component]]\nid = \"cost\"\ntitle = \"成本\"\nrate = \"cost_rate\"\n\
         [[compensation.component]]\nid = \"loss\"\ntitle = \"损失\"\nrate = \"loss_rate\"\n",
        parameter("cost_rate", "1"),
        parameter("loss_rate", "0.8"),
    )
}

fn pool(id: &str, share: &str, more: &str) -> String {
    format!(
        "[[compensation.component]]\nid = \"{id}\"\ntitle = \"激励\"\npool = \"{share}\"\n\
         weight = \"SUM(succeeded)\"\n{more}\n"
    )
}

#[test]
fn costs_losses_and_rewards_are_each_paid_by_their_own_rule() {
    let rules = parameter("share", "0.5") + &claims_only("") + &pool("reward", "share", "");
    let scene = Scene::new(&rules);
    scene.grant(&[("410100", "2019999", "共享", "12000")]);
    scene.kept("2026-01", &[]);
    scene.calls(
        "2026-01",
        &[("甲一局", 0, "甲二局", 3), ("甲二局", 1, "甲一局", 1)],
    );
    scene.claims(
        "2026-01",
        &[
            ("1", "甲一局", "成本", "410100", "1000", "10"),
            ("2", "甲二局", "损失", "410100", "1000", "11"),
        ],
    );
    scene.decide("2026-01");
    // A twelfth of half of 12,000 yuan is 500, parted 3 to 1.
    assert_eq!(scene.payable(["甲一局", "甲二局"]), [137_500, 92_500]);
    let why = |name| {
        scene
            .office
            .ok(&["explain", name, "--period", "2026-01", "--money"])
    };
    assert!(why("甲一局").contains("成本") && why("甲一局").contains("375.00"));
    assert!(why("甲二局").contains("损失") && why("甲二局").contains("125.00"));
}

#[test]
fn the_payer_is_the_lowest_common_superior_of_district_and_city_of_two_cities_and_of_two_provinces()
{
    let scene =
        Scene::new(&(parameter("share", "1") + &claims_only("") + &pool("reward", "share", "")));
    for payer in ["410102", "410100", "410000", "420000", "100000"] {
        scene.grant(&[(payer, "201", "共享", "12000")]);
    }
    scene.kept("2026-01", &[]);
    scene.calls(
        "2026-01",
        &[
            ("东区局", 3, "甲一局", 5), // district to its city
            ("甲一局", 0, "东区局", 5), // and back
            ("甲二局", 1, "丙市局", 5), // two cities of one province
            ("丙市局", 5, "丁市局", 5), // two provinces
        ],
    );
    scene.claims("2026-01", &[("1", "西区局", "成本", "410102", "70", "10")]);
    scene.decide("2026-01");
    let line = |payer: &str| format!("{payer}:2026:201:共享");
    let lines = ["410102", "410100", "410000", "420000", "100000"].map(line);
    let shown = scene.encumbered(lines.each_ref().map(String::as_str));
    // The city pays its districts' claim on one another first, then both rewards; nobody else's
    // flow has one of the two districts or the second province for its lowest common superior.
    assert_eq!(shown, [0, 100_000 + 7_000, 100_000, 0, 100_000]);
    let names = ["东区局", "甲一局", "甲二局", "丙市局", "丁市局", "西区局"];
    assert_eq!(
        scene.payable(names),
        [50_000, 50_000, 100_000, 100_000, 0, 7_000]
    );
}

#[test]
fn a_component_takes_only_the_horizontal_vertical_or_cross_region_flows_it_names() {
    let rules = parameter("share", "0.3")
        + &claims_only("")
        + &pool(
            "level",
            "share",
            "flows = [\"horizontal\"]\npots = [{ programme = \"横向\" }]",
        )
        + &pool(
            "down",
            "share",
            "flows = [\"vertical\"]\npots = [{ programme = \"纵向\" }]",
        )
        + &pool(
            "across",
            "share",
            "flows = [\"cross_region\"]\npots = [{ programme = \"跨区\" }]",
        );
    let scene = Scene::new(&rules);
    for programme in ["横向", "纵向", "跨区"] {
        scene.grant(&[
            ("410100", "201", programme, "12000"),
            ("410000", "201", programme, "24000"),
        ]);
    }
    scene.kept("2026-01", &[]);
    scene.calls(
        "2026-01",
        &[
            ("甲一局", 0, "甲二局", 1),
            ("甲二局", 1, "东区局", 1),
            ("丙市局", 5, "甲三局", 1),
        ],
    );
    scene.decide("2026-01");
    let line = |payer: &str, programme: &str| format!("{payer}:2026:201:{programme}");
    let of = |programme: &str| {
        let lines = [line("410100", programme), line("410000", programme)];
        scene.encumbered(lines.each_ref().map(String::as_str))
    };
    assert_eq!(of("横向"), [30_000, 0]);
    assert_eq!(of("纵向"), [30_000, 0]);
    assert_eq!(of("跨区"), [0, 60_000]);
    assert_eq!(
        scene.payable(["甲一局", "甲二局", "丙市局"]),
        [30_000, 30_000, 60_000]
    );
}

#[test]
fn pots_are_told_apart_by_payer_year_budget_line_and_programme() {
    let rules = claims_only("").replace(
        "rate = \"cost_rate\"\n",
        "rate = \"cost_rate\"\npots = [{ programme = \"乙\" }, { budget_line = \"202\" }]\n",
    );
    let scene = Scene::new(&rules);
    scene.grant(&[
        ("410100", "201", "甲", "100"),
        ("410100", "201", "乙", "30"),
        ("410100", "202", "甲", "50"),
        ("410000", "202", "甲", "500"),
    ]);
    scene.grant_in(2027, &[("410100", "201", "乙", "900")]);
    scene.kept("2026-01", &[]);
    scene.claims(
        "2026-01",
        &[
            ("1", "甲一局", "成本", "410100", "100", "10"),
            ("2", "甲二局", "损失", "410100", "50", "10"),
        ],
    );
    scene.decide("2026-01");
    let lines = [
        "410100:2026:201:乙",
        "410100:2026:202:甲",
        "410100:2026:201:甲",
        "410000:2026:202:甲",
        "410100:2027:201:乙",
    ];
    // The cost takes the programmes it names, in order, and is short; the loss has all that is left.
    assert_eq!(scene.encumbered(lines), [3_000, 5_000, 4_000, 0, 0]);
    assert_eq!(scene.unfunded(["甲一局", "甲二局"]), [2_000, 0]);
}

#[test]
fn a_grade_below_the_gate_and_a_veto_shut_out_unless_the_component_says_otherwise() {
    let rules = parameter("share", "1")
        + &claims_only("")
            .replace(
                "rate = \"cost_rate\"\n",
                "rate = \"cost_rate\"\nmin_grade = \"good\"\n",
            )
            .replace(
                "rate = \"loss_rate\"\n",
                "rate = \"loss_rate\"\nveto = \"ignored\"\n",
            )
        + &pool("reward", "share", "min_grade = \"good\"");
    let scene = Scene::new(&rules);
    scene.grant(&[("410100", "201", "共享", "12000")]);
    scene.kept("2026-01", &[("甲二局", 59)]);
    scene.incidents("2026-01", &[("甲三局", "LEAK")]);
    scene.calls(
        "2026-01",
        &[
            ("甲一局", 0, "甲二局", 1),
            ("甲二局", 1, "甲三局", 1),
            ("甲三局", 2, "甲一局", 1),
        ],
    );
    let claim = |id, name, kind| (id, name, kind, "410100", "100", "10");
    scene.claims(
        "2026-01",
        &[
            claim("1", "甲一局", "成本"),
            claim("2", "甲二局", "成本"),
            claim("3", "甲三局", "成本"),
            claim("4", "甲三局", "损失"),
        ],
    );
    scene.decide("2026-01");
    // All of the slice goes to the one who may have it; the loss is paid in spite of the veto.
    assert_eq!(
        scene.payable(["甲一局", "甲二局", "甲三局"]),
        [110_000, 0, 8_000]
    );
    for (name, said) in [("甲二局", "等次低于补偿门槛"), ("甲三局", "一票否决")] {
        let why = scene
            .office
            .ok(&["explain", name, "--period", "2026-01", "--money"]);
        assert!(why.contains(said), "{name}: {why}");
    }
}

#[test]
fn a_cooperative_pot_gives_owners_what_the_closed_form_of_the_shapley_value_does() {
    let rules = parameter("share", "1")
        + &parameter_in("item_cost", "cny", "720")
        + "[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\n\
           [[compensation.component]]\nid = \"commons\"\ntitle = \"合作\"\nkind = \"shapley\"\n\
           pool = \"share\"\ncost = \"item_count * param.item_cost\"\ndata_set = \"family\"\n";
    let scene = Scene::new(&rules);
    scene.grant(&[("410100", "201", "合作", "120000")]);
    scene.kept("2026-01", &[]);
    scene.resources(&[(200, "甲三局")]);
    // Both families cost 600 yuan a month and have three participants, who would contribute 200 each.
    // The first is owned by one, who receives 600; the second by two, who receive 300 each.
    scene.calls(
        "2026-01",
        &[
            ("甲一局", 0, "甲二局", 9),
            ("甲一局", 0, "甲三局", 1),
            ("甲二局", 1, "甲一局", 1),
            ("甲三局", 200, "甲一局", 1),
        ],
    );
    scene.decide("2026-01");
    // 600 - 200 - 200 to the first; the others would contribute 300 - 400: nobody is charged.
    assert_eq!(
        scene.payable(["甲一局", "甲二局", "甲三局"]),
        [20_000, 0, 0]
    );
    // The rest of the month's slice is nobody's and stays.
    assert_eq!(
        scene.balance("B:Available:410100:2026:201:合作"),
        12_000_000 - 20_000
    );
    assert_eq!(scene.office.json(&["verify", "ledger"])["sound"], true);
}
