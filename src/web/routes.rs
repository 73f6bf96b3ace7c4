//! Every route, once: this table registers them, authorizes them and is what the tests walk through.
//! An address that is not here does not exist.

use std::future::ready;

use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, Resource};
use app::Right;

use crate::access::Access;
use crate::ask::Handler;
use crate::failure::Failure;
use crate::portal::Portal;
use crate::{api, gate, pages};

/// A method that routes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET, and HEAD with it.
    Get,
    /// POST.
    Post,
}

/// One route.
pub struct Route {
    /// Method.
    pub verb: Verb,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who may take it.
    pub access: Access,
    /// What answers.
    pub handler: Handler,
}

const fn get(path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        verb: Verb::Get,
        path,
        access,
        handler,
    }
}

const fn post(path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        verb: Verb::Post,
        path,
        access,
        handler,
    }
}

const READ_ALL: Access = Access::Needs(Right::ReadAll);

/// The table.
pub static ROUTES: &[Route] = &[
    // Pages for everybody.
    get("/", Access::Public, |ask| Box::pin(pages::home::show(ask))),
    get("/sign-in", Access::Public, |ask| {
        Box::pin(ready(pages::sign_in::show(ask)))
    }),
    post("/sign-in", Access::Public, |ask| {
        Box::pin(pages::sign_in::enter(ask))
    }),
    post("/sign-out", Access::SignedIn, |ask| {
        Box::pin(pages::sign_in::leave(ask))
    }),
    get("/downloads", Access::Public, |ask| {
        Box::pin(pages::downloads::list(ask))
    }),
    get("/downloads/{period}/{file:.*}", Access::Public, |ask| {
        Box::pin(pages::downloads::send(ask))
    }),
    // The office.
    get("/overview", READ_ALL, |ask| {
        Box::pin(pages::overview::show(ask))
    }),
    get("/imports", READ_ALL, |ask| {
        Box::pin(pages::imports::list(ask))
    }),
    get("/imports/{batch}", READ_ALL, |ask| {
        Box::pin(pages::imports::rejects(ask))
    }),
    post(
        "/periods/{period}/runs/{run}/submit",
        Access::Needs(Right::Submit),
        |ask| Box::pin(pages::review::submit(ask)),
    ),
    post(
        "/periods/{period}/runs/{run}/approve",
        Access::Needs(Right::Approve),
        |ask| Box::pin(pages::review::approve(ask)),
    ),
    post(
        "/periods/{period}/runs/{run}/reject",
        Access::Needs(Right::Approve),
        |ask| Box::pin(pages::review::reject(ask)),
    ),
    post(
        "/periods/{period}/runs/{run}/publish",
        Access::Needs(Right::Publish),
        |ask| Box::pin(pages::review::publish(ask)),
    ),
    // One department.
    get("/departments/{department}", Access::Department, |ask| {
        Box::pin(pages::department::show(ask))
    }),
    get(
        "/departments/{department}/indicators/{indicator}",
        Access::Department,
        |ask| Box::pin(pages::indicator::show(ask)),
    ),
    get(
        "/departments/{department}/ledger",
        Access::Department,
        |ask| Box::pin(pages::statement::show(ask)),
    ),
    get(
        "/departments/{department}/ledger.csv",
        Access::Department,
        |ask| Box::pin(pages::statement::send_csv(ask)),
    ),
    // Programs.
    get("/api/v1/me", Access::SignedIn, |ask| {
        Box::pin(ready(api::me(ask)))
    }),
    get("/api/v1/periods", Access::Public, |ask| {
        Box::pin(api::results::periods(ask))
    }),
    get("/api/v1/periods/{period}", Access::Public, |ask| {
        Box::pin(api::results::bulletin(ask))
    }),
    get(
        "/api/v1/periods/{period}/downloads",
        Access::Public,
        |ask| Box::pin(api::results::downloads(ask)),
    ),
    get("/api/v1/periods/{period}/departments", READ_ALL, |ask| {
        Box::pin(api::departments::list(ask))
    }),
    get(
        "/api/v1/periods/{period}/departments/{department}",
        Access::Department,
        |ask| Box::pin(api::departments::sheet(ask)),
    ),
    get(
        "/api/v1/periods/{period}/departments/{department}/explanation",
        Access::Department,
        |ask| Box::pin(api::departments::explanation(ask)),
    ),
    get(
        "/api/v1/departments/{department}/statement",
        Access::Department,
        |ask| Box::pin(api::departments::statement(ask)),
    ),
    get("/api/v1/imports", READ_ALL, |ask| {
        Box::pin(api::imports::list(ask))
    }),
    get("/api/v1/imports/{batch}/rejects", READ_ALL, |ask| {
        Box::pin(api::imports::rejects(ask))
    }),
    get("/api/v1/unattributed", READ_ALL, |ask| {
        Box::pin(api::imports::unattributed(ask))
    }),
    // Machinery.
    get("/healthz", Access::Open, |ask| {
        Box::pin(pages::machinery::health(ask))
    }),
    get("/static/{name}", Access::Open, |ask| {
        Box::pin(ready(pages::machinery::asset(ask)))
    }),
];

/// Registers the table, and what answers everything else.
pub fn register(config: &mut ServiceConfig, portal: &Portal) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    for path in paths {
        config.service(resource(path, portal));
    }
    let portal = portal.clone();
    config.default_service(web::to(move |request: HttpRequest| {
        gate::turn_away(portal.clone(), request, Failure::not_found())
    }));
}

fn resource(path: &str, portal: &Portal) -> Resource {
    let mut resource = web::resource(path);
    for route in ROUTES.iter().filter(|route| route.path == path) {
        let doorway = portal.clone();
        let handler = move |request: HttpRequest, payload: Payload| {
            gate::pass(route, doorway.clone(), request, payload)
        };
        resource = resource.route(web::route().guard(verb_guard(route.verb)).to(handler));
    }
    let portal = portal.clone();
    resource.default_service(web::to(move |request: HttpRequest| {
        gate::turn_away(portal.clone(), request, Failure::wrong_method())
    }))
}

fn verb_guard(verb: Verb) -> impl Guard {
    guard::fn_guard(move |context| {
        let method = &context.head().method;
        match verb {
            Verb::Get => method == Method::GET || method == Method::HEAD,
            Verb::Post => method == Method::POST,
        }
    })
}
