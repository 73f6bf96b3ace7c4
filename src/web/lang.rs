//! The language of labels. Chinese is the default; English is asked for, never guessed.

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag, for `lang` attributes.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The short name used in the query and the cookie.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language by its short name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Zh, Self::En]
            .into_iter()
            .find(|lang| lang.name() == name)
    }

    /// The one to switch to.
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// What the switch says, in the language it leads to.
    pub const fn invitation(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// What was asked for: the query before the cookie, Chinese otherwise.
    pub fn choose(query: Option<&str>, cookie: Option<&str>) -> Self {
        let known = |name: Option<&str>| name.and_then(Self::from_name);
        known(query).or_else(|| known(cookie)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_wins_and_nonsense_is_chinese() {
        assert_eq!(Lang::choose(None, None), Lang::Zh);
        assert_eq!(Lang::choose(Some("en"), Some("zh")), Lang::En);
        assert_eq!(Lang::choose(Some("xx"), Some("en")), Lang::En);
        assert_eq!(Lang::choose(Some("<b>"), Some("")), Lang::Zh);
    }
}
