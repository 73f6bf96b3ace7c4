//! The JSON interface `/api/v1`: the same reads as the pages. Amounts are whole fen, scores and
//! rates decimal text, days `YYYY-MM-DD`, months `YYYY-MM`; errors are `{code, message}`.

pub mod appeals;
pub mod claims;
pub mod departments;
pub mod fiscal;
pub mod imports;
pub mod results;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::ask::{Answer, Ask};
use crate::failure::Failure;

fn json(value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|error| Failure::internal(&error))?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}

#[derive(Serialize)]
struct Me {
    login: String,
    display_name: String,
    role: &'static str,
    department: Option<String>,
    /// What every POST repeats as `csrf`.
    form_secret: String,
}

/// Who asks.
pub fn me(ask: &Ask) -> Answer {
    let user = ask.user()?;
    json(&Me {
        role: user.role.name(),
        department: user.department.map(|id| id.to_string()),
        login: user.login,
        display_name: user.display_name,
        form_secret: ask.visitor.form_secret.clone(),
    })
}
