//! The check of a pack by what scoring adds to the language: the parameters it reads by name.

use engine::{Conventions, Linted, Pack, PackFiles};

use crate::scoring::ASSESSED_MIN;

/// Parameters read by name, each with the expectations that show its effect.
const CONVENTIONS: Conventions<'static> = Conventions {
    parameters: &[(ASSESSED_MIN, &["standing"])],
};

/// Checks a pack that loads; `files` are those it was loaded from.
pub fn lint(files: &PackFiles, pack: &Pack) -> Linted {
    engine::lint(files, pack, &crate::schema::schema(), CONVENTIONS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::fixture::shipped::{load, pack_files};

    #[test]
    fn the_shipped_pack_is_proved_without_a_warning() {
        let files = pack_files();
        let loaded = load(&files);
        assert_eq!(loaded.diagnostics, []);
        let linted = lint(&files, &loaded.pack.unwrap());
        let shown: Vec<String> = linted.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(shown.join("\n"), "");
        let proved = linted.proved.unwrap();
        assert!(proved.nesting <= 3 && proved.tested > 20 && proved.cites > proved.articles);
    }
}
