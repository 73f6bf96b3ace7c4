//! What every worker shares: the use cases behind a limited number of doors.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::sync::Semaphore;

use crate::failure::Failure;

/// Use cases that may run at once; more wait in line.
const CONCURRENT_MAX: usize = 16;
/// How long a request waits in line before it is told to come back.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How long a use case may take before the visitor is told so. The work itself is not cut off: a
/// transaction ends as it must.
const WORK_MAX: Duration = Duration::from_mins(1);

/// The application as the web sees it. Cloning shares it.
#[derive(Clone)]
pub struct Portal {
    app: app::App,
    doors: Arc<Semaphore>,
    secure: bool,
}

impl Portal {
    /// A portal to the application; `secure` when visitors come over HTTPS.
    pub fn new(app: app::App, secure: bool) -> Self {
        Self {
            app,
            doors: Arc::new(Semaphore::new(CONCURRENT_MAX)),
            secure,
        }
    }

    /// Whether visitors come over HTTPS.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Runs a use case on the blocking pool. The only way from a handler to the application.
    #[expect(clippy::disallowed_methods, reason = "the one place that may block")]
    pub async fn run<T, F>(&self, work: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&app::App) -> Result<T, app::Error> + Send + 'static,
    {
        let waiting = tokio::time::timeout(WAIT_MAX, Arc::clone(&self.doors).acquire_owned());
        let Ok(Ok(permit)) = waiting.await else {
            return Err(Failure::busy());
        };
        let app = self.app.clone();
        let working = web::block(move || {
            let _permit = permit;
            work(&app)
        });
        match tokio::time::timeout(WORK_MAX, working).await {
            Ok(Ok(outcome)) => outcome.map_err(Failure::from),
            Ok(Err(lost)) => Err(Failure::internal(&lost)),
            Err(_late) => Err(Failure::late()),
        }
    }
}
