//! Bulletins that were built of late, so that a page needs no second assessment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use report::model::Bulletin;

/// Bulletins kept at most.
const KEPT_MAX: usize = 24;

/// Built bulletins by key.
#[derive(Default)]
pub struct Cache {
    kept: Mutex<BTreeMap<String, Arc<Bulletin>>>,
}

impl Cache {
    /// The bulletin of the key, built when it is not there. Two callers at once may both build it;
    /// they get equal results.
    pub fn get_or_build<E>(
        &self,
        key: &str,
        build: impl FnOnce() -> Result<Bulletin, E>,
    ) -> Result<Arc<Bulletin>, E> {
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned();
        if let Some(bulletin) = kept {
            return Ok(bulletin);
        }
        let bulletin = Arc::new(build()?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(key.to_owned(), Arc::clone(&bulletin));
        Ok(bulletin)
    }
}
