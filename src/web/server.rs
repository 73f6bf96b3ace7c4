//! Listening, answering, stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server as Running, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, NormalizePath};
use actix_web::{App, HttpServer};

use crate::headers;
use crate::portal::Portal;
use crate::routes;

/// What can go wrong with the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error(
        "无法监听 {listen}：{source}；请检查地址是否写成 127.0.0.1:8090、端口是否被占用 (cannot listen)"
    )]
    Listen {
        /// The address as given.
        listen: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The server stopped by itself.
    #[error("网页服务中断：{0} (the server failed)")]
    Serve(#[source] std::io::Error),
}

/// How the portal is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Address and port; port 0 takes a free one.
    pub listen: String,
    /// Whether visitors come over HTTPS (a proxy in front ends TLS): cookies become `Secure`.
    pub secure: bool,
}

impl From<&str> for Settings {
    /// The address, reached without HTTPS.
    fn from(listen: &str) -> Self {
        Self {
            listen: listen.to_owned(),
            secure: false,
        }
    }
}

impl From<&String> for Settings {
    fn from(listen: &String) -> Self {
        Self::from(listen.as_str())
    }
}

/// How long requests under way may take once the server is told to stop.
const FAREWELL_SECONDS: u64 = 10;

/// A portal that listens.
pub struct Server {
    addresses: Vec<SocketAddr>,
    running: Running,
}

/// Starts to listen; returns at once with the addresses taken. The portal answers while
/// [`Server::run`] is awaited and stops gracefully once `shutdown` completes. Signals are the
/// caller's business: none is caught here.
pub fn bind<F>(app: app::App, settings: &Settings, shutdown: F) -> Result<Server, Error>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listen = |source| Error::Listen {
        listen: settings.listen.clone(),
        source,
    };
    let portal = Portal::new(app, settings.secure);
    let service = move || service(portal.clone());
    let server = HttpServer::new(service)
        .keep_alive(Duration::from_secs(30))
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(FAREWELL_SECONDS)
        .shutdown_signal(shutdown)
        .bind(&settings.listen)
        .map_err(listen)?;
    Ok(Server {
        addresses: server.addrs(),
        running: server.run(),
    })
}

/// Everything that answers, for one worker.
pub(crate) fn service(
    portal: Portal,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .wrap(Compress::default())
        .wrap(headers::standing(portal.is_secure()))
        .wrap(NormalizePath::trim())
        .configure(|config| routes::register(config, &portal))
}

/// Serves until the process is told to stop (SIGINT, SIGTERM), for callers without a runtime of
/// their own. `announce` is told the address once visitors can come.
pub fn run(
    app: app::App,
    settings: impl Into<Settings>,
    announce: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    let settings = settings.into();
    actix_web::rt::System::new().block_on(async move {
        let server = bind(app, &settings, told_to_stop())?;
        if let Some(address) = server.addresses().first() {
            announce(*address);
        }
        server.run().await
    })
}

/// Completes when the process is told to stop.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    // Without handlers the system ends the process itself.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Server {
    /// The addresses it listens on.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Answers until told to stop.
    pub async fn run(self) -> Result<(), Error> {
        self.running.await.map_err(Error::Serve)
    }
}
