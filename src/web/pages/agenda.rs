//! The work list 待办.

use app::agenda::{AgendaItem, Task};
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, encode};
use crate::lang::Lang;
use crate::pages::appeals::Limit;
use crate::pages::html;
use crate::words::Words;

#[derive(Template)]
#[template(path = "agenda.html")]
struct Page {
    chrome: Chrome,
    items: Vec<Item>,
}

struct Item {
    title: String,
    href: String,
    limit: Limit,
}

impl Item {
    fn of(item: AgendaItem, lang: Lang, t: &Words) -> Self {
        let day = item.due_on.map(|day| day.to_string()).unwrap_or_default();
        Self {
            limit: Limit::of(Some(item.urgency), day, t),
            href: href_of(&item.task),
            title: match lang {
                Lang::Zh => item.title,
                Lang::En => item.title_en,
            },
        }
    }
}

/// Where a task is done.
fn href_of(task: &Task) -> String {
    match task {
        Task::Claim { id, department } => format!("/departments/{department}/claims/{id}"),
        Task::Appeal { id, department } => format!("/departments/{department}/appeals/{id}"),
        Task::AppealTime { department, .. } => format!("/departments/{department}/appeals"),
        Task::Clawbacks { period } => format!("/fiscal?period={period}"),
        Task::Order { id } => format!("/orders/{}", encode(id.as_str())),
        Task::Run { period, .. } => format!("/overview?period={period}"),
    }
}

/// The page.
pub async fn show(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let items = ask.portal.run(move |app| app.agenda(&user)).await?;
    html(&Page {
        chrome: Chrome::new(ask, t.nav_agenda, Vec::new()),
        items: items
            .into_iter()
            .map(|item| Item::of(item, ask.lang, t))
            .collect(),
    })
}
