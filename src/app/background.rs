//! Work that goes on beside the portal: a thread that looks after something every so often.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A thread at work until it is stopped.
pub struct Background {
    name: &'static str,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Background {
    /// Does the step now and then after each pause.
    pub(crate) fn every(
        name: &'static str,
        pause: Duration,
        mut step: impl FnMut() + Send + 'static,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                step();
                std::thread::park_timeout(pause);
            }
        });
        Self { name, stop, thread }
    }

    /// Stops after the step in work.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        if self.thread.join().is_err() {
            tracing::error!("{} ended by a panic", self.name);
        }
    }
}
