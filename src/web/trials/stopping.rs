//! Listening and stopping on a real socket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::server::{Error, Settings, bind};
use crate::trials::office::OFFICE;

/// Stopping takes no longer than this, idle visitors or not.
const PATIENCE: Duration = Duration::from_secs(8);

#[actix_web::test]
async fn it_listens_on_a_free_port_and_stops_though_visitors_linger() {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move {
        let _ = stopped.await;
    };
    let server = bind(OFFICE.app.clone(), &Settings::from("127.0.0.1:0"), shutdown).unwrap();
    let address = server.addresses()[0];
    assert_ne!(address.port(), 0);
    let running = actix_web::rt::spawn(server.run());
    let (text, lingering) = tokio::task::spawn_blocking(move || {
        let mut visitor = TcpStream::connect(address).unwrap();
        visitor
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut bytes = [0; 2048];
        let read = visitor.read(&mut bytes).unwrap();
        (
            String::from_utf8_lossy(&bytes[..read]).into_owned(),
            visitor,
        )
    })
    .await
    .unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    stop.send(()).unwrap();
    let ended = tokio::time::timeout(PATIENCE, running).await;
    ended.expect("stops in time").unwrap().unwrap();
    drop(lingering);
    assert!(
        TcpStream::connect(address).is_err(),
        "nobody listens any more"
    );
}

#[actix_web::test]
async fn an_address_that_cannot_be_had_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for listen in [
        taken.local_addr().unwrap().to_string(),
        "no such address".to_owned(),
    ] {
        let bound = bind(
            OFFICE.app.clone(),
            &Settings::from(&listen),
            std::future::pending(),
        );
        let Err(Error::Listen { listen: named, .. }) = bound else {
            panic!("{listen}")
        };
        assert_eq!(named, listen);
    }
}
