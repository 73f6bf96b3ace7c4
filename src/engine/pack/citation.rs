//! What rules rest on: acts, their articles word for word, and citations of them.

use domain::Place;

use super::Pack;

/// `[[source]]`: an act that cites refer to, or the authority's own choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Id used in cites.
    pub id: String,
    /// Title.
    pub title: String,
    /// Document number; may be empty.
    pub number: String,
    /// First day in force; an act has one, a choice of one's own needs none.
    pub in_force: Option<chrono::NaiveDate>,
    /// Where to read it; may be empty.
    pub url: String,
    /// Who decides what cites it, when it is no act but a choice of the pack's own (`own = true`).
    pub decided_by: Option<String>,
    /// Where it is written.
    pub place: Place,
}

impl Source {
    /// Whether cites of it are choices of the pack's own, which no article states.
    pub const fn is_own(&self) -> bool {
        self.decided_by.is_some()
    }
}

/// `[[article]]`: an article of a source, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Id of the [`Source`].
    pub source: String,
    /// The article as cites name it: `38`, `39(4)`.
    pub article: String,
    /// The text, paragraphs apart by line ends.
    pub text: String,
    /// SHA-256 of the text, lower-case hex, as declared and verified.
    pub sha256: String,
    /// Where it is written.
    pub place: Place,
}

/// A citation `source:article`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cite {
    /// Id of the [`Source`].
    pub source: String,
    /// Article; empty for the whole act.
    pub article: String,
}

/// An element of a pack with what it cites.
#[derive(Clone, Debug)]
pub struct Cited<'a> {
    /// Its citations; none where those of the element around it apply.
    pub cites: &'a [Cite],
    /// Where it is written.
    pub place: &'a Place,
}

impl Pack {
    /// A source by id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The quoted article that a citation rests on: the item cited, or else the article around it
    /// (`39(4)`, then `39`).
    pub fn article(&self, cite: &Cite) -> Option<&Article> {
        let mut wanted = cite.article.as_str();
        loop {
            let mut all = self.articles.iter();
            let found = all.find(|one| one.source == cite.source && one.article == wanted);
            if found.is_some() {
                return found;
            }
            let (outer, _) = wanted.strip_suffix(')')?.rsplit_once('(')?;
            wanted = outer;
        }
    }

    /// Every element that cites, in the order of sections.
    pub fn cited(&self) -> Vec<Cited<'_>> {
        let mut all: Vec<Cited<'_>> = Vec::new();
        let mut note = |cites, place| all.push(Cited { cites, place });
        for one in &self.parameters {
            note(one.cite.as_slice(), &one.place);
        }
        for one in &self.deadlines {
            note(&one.cite, &one.place);
        }
        for table in &self.tables {
            note(&table.cite, &table.place);
            for row in &table.rows {
                note(&row.cite, &row.place);
            }
        }
        if let Some(one) = &self.importance {
            note(&one.cite, &one.place);
        }
        for one in &self.axes {
            note(&one.cite, &one.place);
        }
        for one in &self.indicators {
            note(&one.cite, &one.place);
        }
        for one in &self.grades {
            note(&one.cite, &one.place);
        }
        if let Some(compensation) = &self.compensation {
            note(&compensation.cite, &compensation.place);
            for component in &compensation.components {
                note(&component.cite, &component.place);
            }
            for deduction in &compensation.deductions {
                note(&deduction.cite, &deduction.place);
            }
            note(&compensation.year_end.cite, &compensation.place);
        }
        for one in &self.constraints {
            note(&one.cite, &one.place);
        }
        for one in &self.ends {
            note(&one.cite, &one.place);
        }
        all
    }
}
