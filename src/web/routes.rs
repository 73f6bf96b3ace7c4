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

/// What the body of a POST may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A form of texts.
    Form,
    /// A form of texts and files.
    Files,
}

/// One route.
pub struct Route {
    /// Method.
    pub verb: Verb,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who may take it.
    pub access: Access,
    /// What a POST may bring.
    pub body: Body,
    /// What answers.
    pub handler: Handler,
}

const fn get(path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        verb: Verb::Get,
        path,
        access,
        body: Body::Form,
        handler,
    }
}

const fn post(path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        verb: Verb::Post,
        path,
        access,
        body: Body::Form,
        handler,
    }
}

const fn post_files(path: &'static str, access: Access, handler: Handler) -> Route {
    Route {
        body: Body::Files,
        ..post(path, access, handler)
    }
}

const READ_ALL: Access = Access::Needs(Right::ReadAll);
const FILES: Access = Access::DepartmentAnd(Right::File);
const RULES: Access = Access::DepartmentAnd(Right::Rule);

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
    // Claims of one department, and of all.
    get("/claims", READ_ALL, |ask| {
        Box::pin(pages::claims::office(ask))
    }),
    get(
        "/departments/{department}/claims",
        Access::Department,
        |ask| Box::pin(pages::claims::list(ask)),
    ),
    post_files("/departments/{department}/claims", FILES, |ask| {
        Box::pin(pages::claims::declare(ask))
    }),
    get(
        "/departments/{department}/claims/{claim}",
        Access::Department,
        |ask| Box::pin(pages::claims::show(ask)),
    ),
    get(
        "/departments/{department}/claims/{claim}/files/{digest}",
        Access::Department,
        |ask| Box::pin(pages::claims::file(ask)),
    ),
    post(
        "/departments/{department}/claims/{claim}/decide",
        RULES,
        |ask| Box::pin(pages::claims::decide(ask)),
    ),
    // Appeals of one department, and of all.
    get("/appeals", READ_ALL, |ask| {
        Box::pin(pages::appeals::office(ask))
    }),
    get(
        "/departments/{department}/appeals",
        Access::Department,
        |ask| Box::pin(pages::appeals::list(ask)),
    ),
    post_files("/departments/{department}/appeals", FILES, |ask| {
        Box::pin(pages::appeals::open(ask))
    }),
    get(
        "/departments/{department}/appeals/{appeal}",
        Access::Department,
        |ask| Box::pin(pages::appeals::show(ask)),
    ),
    get(
        "/departments/{department}/appeals/{appeal}/files/{digest}",
        Access::Department,
        |ask| Box::pin(pages::appeals::file(ask)),
    ),
    post(
        "/departments/{department}/appeals/{appeal}/advance",
        RULES,
        |ask| Box::pin(pages::appeals::advance(ask)),
    ),
    post(
        "/departments/{department}/appeals/{appeal}/decide",
        RULES,
        |ask| Box::pin(pages::appeals::decide(ask)),
    ),
    post(
        "/departments/{department}/appeals/{appeal}/withdraw",
        FILES,
        |ask| Box::pin(pages::appeals::withdraw(ask)),
    ),
    // Fiscal constraint, and what waits for the visitor.
    get("/todo", Access::SignedIn, |ask| {
        Box::pin(pages::agenda::show(ask))
    }),
    get("/fiscal", READ_ALL, |ask| {
        Box::pin(pages::fiscal::show(ask))
    }),
    post("/fiscal/orders", Access::Needs(Right::Order), |ask| {
        Box::pin(pages::fiscal::propose(ask))
    }),
    get("/orders/{order}", READ_ALL, |ask| {
        Box::pin(pages::fiscal::order(ask))
    }),
    post(
        "/orders/{order}/approve",
        Access::Needs(Right::Approve),
        |ask| Box::pin(pages::fiscal::approve(ask)),
    ),
    post("/orders/{order}/refuse", READ_ALL, |ask| {
        Box::pin(pages::fiscal::refuse(ask))
    }),
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
    get("/api/v1/claims", READ_ALL, |ask| {
        Box::pin(api::claims::all(ask))
    }),
    get(
        "/api/v1/departments/{department}/claims",
        Access::Department,
        |ask| Box::pin(api::claims::list(ask)),
    ),
    post_files("/api/v1/departments/{department}/claims", FILES, |ask| {
        Box::pin(api::claims::declare(ask))
    }),
    get(
        "/api/v1/departments/{department}/claims/{claim}",
        Access::Department,
        |ask| Box::pin(api::claims::show(ask)),
    ),
    post(
        "/api/v1/departments/{department}/claims/{claim}/decide",
        RULES,
        |ask| Box::pin(api::claims::decide(ask)),
    ),
    get("/api/v1/appeals", READ_ALL, |ask| {
        Box::pin(api::appeals::all(ask))
    }),
    get(
        "/api/v1/departments/{department}/appeals",
        Access::Department,
        |ask| Box::pin(api::appeals::list(ask)),
    ),
    post_files("/api/v1/departments/{department}/appeals", FILES, |ask| {
        Box::pin(api::appeals::open(ask))
    }),
    get(
        "/api/v1/departments/{department}/appeals/{appeal}",
        Access::Department,
        |ask| Box::pin(api::appeals::show(ask)),
    ),
    get(
        "/api/v1/departments/{department}/appeals/{appeal}/preview",
        Access::Department,
        |ask| Box::pin(api::appeals::preview(ask)),
    ),
    post(
        "/api/v1/departments/{department}/appeals/{appeal}/advance",
        RULES,
        |ask| Box::pin(api::appeals::advance(ask)),
    ),
    post(
        "/api/v1/departments/{department}/appeals/{appeal}/decide",
        RULES,
        |ask| Box::pin(api::appeals::decide(ask)),
    ),
    post(
        "/api/v1/departments/{department}/appeals/{appeal}/withdraw",
        FILES,
        |ask| Box::pin(api::appeals::withdraw(ask)),
    ),
    get("/api/v1/periods/{period}/advice", READ_ALL, |ask| {
        Box::pin(api::fiscal::advice(ask))
    }),
    get("/api/v1/orders", READ_ALL, |ask| {
        Box::pin(api::fiscal::orders(ask))
    }),
    post("/api/v1/orders", Access::Needs(Right::Order), |ask| {
        Box::pin(api::fiscal::propose(ask))
    }),
    get("/api/v1/orders/{order}", READ_ALL, |ask| {
        Box::pin(api::fiscal::order(ask))
    }),
    post(
        "/api/v1/orders/{order}/approve",
        Access::Needs(Right::Approve),
        |ask| Box::pin(api::fiscal::approve(ask)),
    ),
    post("/api/v1/orders/{order}/refuse", READ_ALL, |ask| {
        Box::pin(api::fiscal::refuse(ask))
    }),
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
