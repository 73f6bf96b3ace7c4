//! Floors, caps and whole fen.

use crate::support::scene::{Scene, parameter};

fn rewards() -> String {
    parameter("share", "1")
        + &parameter("least", "0.5")
        + &parameter("most", "2")
        + "[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\n\
           [[compensation.component]]\nid = \"reward\"\ntitle = \"激励\"\npool = \"share\"\n\
           weight = \"SUM(succeeded)\"\nfloor_ratio = \"least\"\ncap_ratio = \"most\"\n"
}

const NAMES: [&str; 3] = ["甲一局", "甲二局", "甲三局"];

/// Three departments that share with one another, so often.
fn calls(scene: &Scene, month: &str, [one, two, three]: [u32; 3]) {
    scene.kept(month, &[]);
    scene.calls(
        month,
        &[
            (NAMES[0], 0, NAMES[1], one),
            (NAMES[1], 1, NAMES[2], two),
            (NAMES[2], 2, NAMES[0], three),
        ],
    );
}

#[test]
fn equal_remainders_go_by_department_code_and_the_slice_is_given_away_to_the_fen() {
    let scene = Scene::new(&rewards());
    scene.grant(&[("410100", "201", "共享", "1200")]);
    calls(&scene, "2026-01", [7, 7, 7]);
    scene.decide("2026-01");
    // 100 yuan by three: the fen that is left goes to the first code.
    assert_eq!(scene.payable(NAMES), [3_334, 3_333, 3_333]);
}

#[test]
fn rewards_stay_within_floor_and_cap_of_the_last_period_and_what_a_cap_cuts_goes_to_the_others() {
    let scene = Scene::new(&rewards());
    scene.grant(&[("410100", "201", "共享", "12000")]);
    calls(&scene, "2026-01", [6, 3, 1]);
    scene.decide("2026-01");
    assert_eq!(scene.payable(NAMES), [60_000, 30_000, 10_000]);
    calls(&scene, "2026-02", [1, 10, 89]);
    scene.decide("2026-02");
    // By weight 10, 100 and 890 yuan; the floors are 300, 150 and 50, the caps 1,200, 600 and 200.
    // The third stops at 200, the first keeps 300, and the second has what both leave: 500.
    let february = scene.payable(NAMES);
    assert_eq!(
        february,
        [60_000 + 30_000, 30_000 + 50_000, 10_000 + 20_000]
    );
    let why = scene
        .office
        .ok(&["explain", NAMES[2], "--period", "2026-02", "--money"]);
    assert!(why.contains("上限 200.00 元"), "{why}");
    // A month in which all caps together are below the slice: the rest stays in the pot.
    calls(&scene, "2026-03", [1, 0, 0]);
    scene.decide("2026-03");
    assert_eq!(
        scene.payable(NAMES),
        [february[0] + 60_000, february[1], february[2]]
    );
    assert_eq!(
        scene.balance("B:Available:410100:2026:201:共享"),
        1_200_000 - 100_000 - 100_000 - 60_000
    );
}
