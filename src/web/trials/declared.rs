//! Who may take which route, written down a second time: the routes are compared with it.

/// The visitors, in the order of the columns below.
pub const VISITORS: [&str; 5] = ["", "assessor", "finance", "auditor", "liaison"];

/// Method, path, and the status for each visitor. A decision without its tick is 400 to those who
/// may take it, so that walking through the table changes nothing.
pub const DECLARED: &[(&str, &str, [u16; 5])] = &[
    ("GET", "/", [200, 200, 200, 200, 200]),
    ("GET", "/sign-in", [200, 303, 303, 303, 303]),
    ("POST", "/sign-in", [403, 403, 403, 403, 403]),
    ("POST", "/sign-out", [401, 303, 303, 303, 303]),
    ("GET", "/downloads", [200, 200, 200, 200, 200]),
    (
        "GET",
        "/downloads/{period}/{file:.*}",
        [200, 200, 200, 200, 200],
    ),
    ("GET", "/overview", [303, 200, 200, 200, 403]),
    ("GET", "/imports", [303, 200, 200, 200, 403]),
    ("GET", "/imports/{batch}", [303, 200, 200, 200, 403]),
    (
        "POST",
        "/periods/{period}/runs/{run}/submit",
        [401, 400, 403, 403, 403],
    ),
    (
        "POST",
        "/periods/{period}/runs/{run}/approve",
        [401, 403, 400, 403, 403],
    ),
    (
        "POST",
        "/periods/{period}/runs/{run}/reject",
        [401, 403, 400, 403, 403],
    ),
    (
        "POST",
        "/periods/{period}/runs/{run}/publish",
        [401, 400, 403, 403, 403],
    ),
    (
        "GET",
        "/departments/{department}",
        [303, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/departments/{department}/indicators/{indicator}",
        [303, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/departments/{department}/ledger",
        [303, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/departments/{department}/ledger.csv",
        [303, 200, 200, 200, 200],
    ),
    ("GET", "/api/v1/me", [401, 200, 200, 200, 200]),
    ("GET", "/api/v1/periods", [200, 200, 200, 200, 200]),
    ("GET", "/api/v1/periods/{period}", [200, 200, 200, 200, 200]),
    (
        "GET",
        "/api/v1/periods/{period}/downloads",
        [200, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/api/v1/periods/{period}/departments",
        [401, 200, 200, 200, 403],
    ),
    (
        "GET",
        "/api/v1/periods/{period}/departments/{department}",
        [401, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/api/v1/periods/{period}/departments/{department}/explanation",
        [401, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/api/v1/departments/{department}/statement",
        [401, 200, 200, 200, 200],
    ),
    ("GET", "/api/v1/imports", [401, 200, 200, 200, 403]),
    (
        "GET",
        "/api/v1/imports/{batch}/rejects",
        [401, 200, 200, 200, 403],
    ),
    ("GET", "/api/v1/unattributed", [401, 200, 200, 200, 403]),
    ("GET", "/claims", [303, 200, 200, 200, 403]),
    (
        "GET",
        "/departments/{department}/claims",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/departments/{department}/claims",
        [401, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/departments/{department}/claims/{claim}",
        [303, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/departments/{department}/claims/{claim}/files/{digest}",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/departments/{department}/claims/{claim}/decide",
        [401, 400, 403, 403, 403],
    ),
    ("GET", "/appeals", [303, 200, 200, 200, 403]),
    (
        "GET",
        "/departments/{department}/appeals",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/departments/{department}/appeals",
        [401, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/departments/{department}/appeals/{appeal}",
        [303, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/departments/{department}/appeals/{appeal}/files/{digest}",
        [303, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/departments/{department}/appeals/{appeal}/advance",
        [401, 400, 403, 403, 403],
    ),
    (
        "POST",
        "/departments/{department}/appeals/{appeal}/decide",
        [401, 400, 403, 403, 403],
    ),
    (
        "POST",
        "/departments/{department}/appeals/{appeal}/withdraw",
        [401, 400, 403, 403, 400],
    ),
    ("GET", "/todo", [303, 200, 200, 200, 200]),
    ("GET", "/fiscal", [303, 200, 200, 200, 403]),
    ("POST", "/fiscal/orders", [401, 403, 400, 403, 403]),
    ("GET", "/orders/{order}", [303, 200, 200, 200, 403]),
    ("POST", "/orders/{order}/approve", [401, 403, 400, 403, 403]),
    ("POST", "/orders/{order}/refuse", [401, 400, 400, 400, 403]),
    ("GET", "/api/v1/claims", [401, 200, 200, 200, 403]),
    (
        "GET",
        "/api/v1/departments/{department}/claims",
        [401, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/claims",
        [401, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/api/v1/departments/{department}/claims/{claim}",
        [401, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/claims/{claim}/decide",
        [401, 400, 403, 403, 403],
    ),
    ("GET", "/api/v1/appeals", [401, 200, 200, 200, 403]),
    (
        "GET",
        "/api/v1/departments/{department}/appeals",
        [401, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/appeals",
        [401, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/api/v1/departments/{department}/appeals/{appeal}",
        [401, 200, 200, 200, 200],
    ),
    (
        "GET",
        "/api/v1/departments/{department}/appeals/{appeal}/preview",
        [401, 200, 200, 200, 200],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/appeals/{appeal}/advance",
        [401, 400, 403, 403, 403],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/appeals/{appeal}/decide",
        [401, 400, 403, 403, 403],
    ),
    (
        "POST",
        "/api/v1/departments/{department}/appeals/{appeal}/withdraw",
        [401, 400, 403, 403, 400],
    ),
    (
        "GET",
        "/api/v1/periods/{period}/advice",
        [401, 200, 200, 200, 403],
    ),
    ("GET", "/api/v1/orders", [401, 200, 200, 200, 403]),
    ("POST", "/api/v1/orders", [401, 403, 400, 403, 403]),
    ("GET", "/api/v1/orders/{order}", [401, 200, 200, 200, 403]),
    (
        "POST",
        "/api/v1/orders/{order}/approve",
        [401, 403, 400, 403, 403],
    ),
    (
        "POST",
        "/api/v1/orders/{order}/refuse",
        [401, 400, 400, 400, 403],
    ),
    ("GET", "/healthz", [200, 200, 200, 200, 200]),
    ("GET", "/static/{name}", [200, 200, 200, 200, 200]),
];
