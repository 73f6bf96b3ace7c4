//! What every page shares: head, navigation, breadcrumbs, the person, the language switch.

use app::{Right, Role, User};

use crate::ask::Ask;
use crate::assets::ASSETS;
use crate::words::Words;

/// A link with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads; empty for the place one is at.
    pub href: String,
}

/// The person as the head shows it.
pub struct Person {
    /// Name.
    pub name: String,
    /// Role in words.
    pub role: &'static str,
}

/// The frame of a page.
pub struct Chrome {
    /// Language tag of the labels.
    pub tag: &'static str,
    /// Labels.
    pub t: &'static Words,
    /// Title of the page.
    pub title: String,
    /// The person.
    pub person: Option<Person>,
    /// What forms repeat.
    pub form_secret: String,
    /// Main navigation; the current place has no address.
    pub navigation: Vec<Link>,
    /// The way here.
    pub crumbs: Vec<Link>,
    /// This page in the other language.
    pub other: Link,
    /// Tag of the other language.
    pub other_tag: &'static str,
    /// Address of the style sheet.
    pub style: String,
    /// Address of the script.
    pub script: String,
    /// Address of the icon.
    pub icon: String,
}

impl Chrome {
    /// The frame of a page with a title and the places above it.
    pub fn new(ask: &Ask, title: impl Into<String>, above: Vec<Link>) -> Self {
        let (t, title) = (ask.words(), title.into());
        let user = ask.visitor.user.as_ref();
        let mut crumbs = vec![Link {
            label: t.home.to_owned(),
            href: "/".to_owned(),
        }];
        crumbs.extend(above);
        crumbs.push(Link {
            label: title.clone(),
            href: String::new(),
        });
        let other = ask.lang.other();
        let address = |name: &str| format!("/static/{name}");
        Self {
            tag: ask.lang.tag(),
            t,
            title,
            person: user.map(|user| Person {
                name: user.display_name.clone(),
                role: role(t, user.role),
            }),
            form_secret: ask.visitor.form_secret.clone(),
            navigation: navigation(t, user, ask.request().path()),
            crumbs,
            other: Link {
                label: other.invitation().to_owned(),
                href: in_language(ask, other.name()),
            },
            other_tag: other.tag(),
            style: address(&ASSETS.style.name),
            script: address(&ASSETS.script.name),
            icon: address(&ASSETS.icon.name),
        }
    }
}

fn role(t: &'static Words, role: Role) -> &'static str {
    match role {
        Role::Assessor => t.role_assessor,
        Role::Department => t.role_department,
        Role::Finance => t.role_finance,
        Role::Auditor => t.role_auditor,
    }
}

fn navigation(t: &Words, user: Option<&User>, path: &str) -> Vec<Link> {
    let mut places = vec![(t.nav_published, "/".to_owned())];
    if let Some(user) = user {
        places.push((t.nav_agenda, "/todo".to_owned()));
        if user.may(Right::ReadAll) {
            places.push((t.nav_overview, "/overview".to_owned()));
            places.push((t.nav_imports, "/imports".to_owned()));
            places.push((t.nav_claims, "/claims".to_owned()));
            places.push((t.nav_appeals, "/appeals".to_owned()));
            places.push((t.nav_fiscal, "/fiscal".to_owned()));
        } else if let Some(own) = &user.department {
            places.push((t.nav_own, format!("/departments/{own}")));
            places.push((t.nav_ledger, format!("/departments/{own}/ledger")));
            places.push((t.nav_claims, format!("/departments/{own}/claims")));
            places.push((t.nav_appeals, format!("/departments/{own}/appeals")));
        }
    }
    places.push((t.nav_downloads, "/downloads".to_owned()));
    let link = |(label, href): (&str, String)| Link {
        label: label.to_owned(),
        href: if href == path { String::new() } else { href },
    };
    places.into_iter().map(link).collect()
}

/// The same address in a language.
fn in_language(ask: &Ask, name: &str) -> String {
    // A page that answers a POST has no address of its own to come back to.
    let path = match *ask.request().method() {
        actix_web::http::Method::POST => "/",
        _ => ask.request().path(),
    };
    let mut href = format!("{path}?lang={name}");
    for (key, value) in ask.query.without("lang") {
        href.extend(["&", &encode(key), "=", &encode(value)]);
    }
    href
}

/// Percent-encodes all but unreserved characters (RFC 3986 2.3).
pub fn encode(text: &str) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_leaves_nothing_to_break_out_with() {
        assert_eq!(
            encode("/a?b=市&\"<\r\n"),
            "%2Fa%3Fb%3D%E5%B8%82%26%22%3C%0D%0A"
        );
    }
}
