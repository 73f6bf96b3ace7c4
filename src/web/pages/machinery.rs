//! What machines ask for: embedded files and a sign of life.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::ask::{Answer, Ask};
use crate::assets::ASSETS;
use crate::failure::Failure;

/// An embedded file. Its name changes with its content, so it never grows old.
pub fn asset(ask: &Ask) -> Answer {
    let name = ask.name("name")?;
    let asset = ASSETS.get(&name).ok_or_else(Failure::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.bytes))
}

/// Whether the database answers.
pub async fn health(ask: &Ask) -> Answer {
    ask.portal.run(app::App::health).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body("ok\n"))
}
