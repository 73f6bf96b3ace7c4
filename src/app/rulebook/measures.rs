//! Which measures the rules read.

use std::collections::BTreeSet;

use super::{loaded, packs};
use crate::App;
use crate::error::Error;

impl App {
    /// The measures that the pack in use or a shipped one names; `None` when one of them may read
    /// any.
    pub(crate) fn measures_read(&self) -> Result<Option<BTreeSet<String>>, Error> {
        let schema = assess::schema();
        let named = |pack: &engine::Pack| pack.texts_named(&schema, "measures", "measure");
        let Some(mut all) = named(&self.rules()?.pack) else {
            return Ok(None);
        };
        for files in packs(None)? {
            match named(&loaded(&files, &schema)?) {
                Some(more) => all.extend(more),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }
}
