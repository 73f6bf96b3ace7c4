//! `[compensation]` and `[[constraint]]`.

use super::super::cursor::Cursor;
use super::super::{Compensation, Component, ComponentKind, Constraint};

pub(super) fn compensation(cursor: &Cursor<'_>) -> Compensation {
    let payer = cursor.word(
        "payer",
        &[("lowest_common_superior", "lowest_common_superior")],
    );
    let cite = cursor.cites(true);
    let mut components = Vec::new();
    for mut entry in cursor.list("component") {
        components.extend(component(&mut entry));
        entry.finish();
    }
    Compensation {
        payer: payer.unwrap_or("lowest_common_superior").to_owned(),
        components,
        cite,
        place: cursor.place(),
    }
}

fn component(cursor: &mut Cursor<'_>) -> Option<Component> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[compensation.component]] {id}");
    }
    let kind = if cursor.has("pool") {
        let pool = cursor.required_text("pool");
        let weight = cursor.required_formula("weight");
        ComponentKind::Pool {
            from: cursor.text("from").unwrap_or_else(|| "usage".into()),
            condition: cursor.formula("where"),
            floor_ratio: cursor.text("floor_ratio"),
            cap_ratio: cursor.text("cap_ratio"),
            pool: pool?,
            weight: weight?,
        }
    } else {
        ComponentKind::Claims {
            rate: cursor.required_text("rate")?,
        }
    };
    Some(Component {
        title: cursor.text("title").unwrap_or_default(),
        kind,
        min_grade: cursor.text("min_grade"),
        cite: cursor.cites(false),
        place: cursor.place(),
        id: id?,
    })
}

pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Option<Constraint> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[constraint]] {id}");
    }
    let title = cursor.required_text("title");
    let when_grade = cursor.texts("when_grade").unwrap_or_default();
    if when_grade.is_empty() {
        let message = format!("{} 没有写明等次 `when_grade` (no grade)", cursor.what);
        cursor.error("when_grade", "rules.missing_key", message, "");
    }
    let advice = cursor.required_text("advice");
    Some(Constraint {
        title: title?,
        when_grade,
        share: cursor.text("share"),
        advice: advice?,
        cite: cursor.cites(true),
        place: cursor.place(),
        id: id?,
    })
}
