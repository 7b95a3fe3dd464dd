//! Connections: accepted, served over HTTP/1.1 with limits on heads, on their time, and on the time of
//! clients that do not take their answers, and ended gracefully.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service as _;

use crate::patience::Patience;

/// Connections at the same time.
const MOST: usize = 8192;
/// Bytes of the head of a request; it also bounds what is read ahead of a body.
const HEAD: usize = 64 << 10;
/// The pause after a connection could not be accepted for lack of means.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until `stop` resolves; then connections end with the request that they are at.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Router,
    patience: Patience,
    stop: impl Future<Output = ()> + Send,
) {
    let (told, hear) = watch::channel(());
    let places = Arc::new(Semaphore::new(MOST));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let (routes, hear) = (routes.clone(), hear.clone());
                tokio::spawn(async move {
                    connection(stream, routes, patience, hear).await;
                    drop(place);
                });
            }
            // The client is gone already.
            Err(e) if matches!(e.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!("a connection cannot be accepted: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    drop(hear);
    let _ = told.send(());
    told.closed().await;
}

async fn connection(stream: TcpStream, routes: Router, patience: Patience, mut hear: watch::Receiver<()>) {
    // Events are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut routes = routes.clone();
        async move { Ok::<_, Infallible>(answer(&mut routes, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(HEAD);
    let mut stream = Box::pin(TimeoutStream::new(stream));
    stream.as_mut().set_write_timeout_pinned(Some(patience.reader));
    let mut served = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        _ = hear.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended: {error}");
    }
}

async fn answer(routes: &mut Router, request: Request<Incoming>) -> axum::response::Response {
    match routes.call(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
