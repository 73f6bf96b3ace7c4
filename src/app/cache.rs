//! Values that were made of late and are the same whoever makes them, so that a page need not make
//! them again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values kept at most.
const KEPT_MAX: usize = 24;

/// Values by key.
pub struct Cache<T> {
    kept: Mutex<BTreeMap<String, Arc<T>>>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
        }
    }
}

impl<T> Cache<T> {
    /// The value of the key, made when it is not there. Two callers at once may both make it; they
    /// get equal values.
    pub fn get_or_build<E>(
        &self,
        key: &str,
        build: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned();
        if let Some(value) = kept {
            return Ok(value);
        }
        let value = Arc::new(build()?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(key.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}
