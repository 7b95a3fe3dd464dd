//! An S3-compatible object store of one's own, for as long as a test runs. It checks signatures, and can be
//! made to fail.

use std::io::{Error, ErrorKind};
use std::net::TcpListener;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// The one bucket.
pub const BUCKET: &str = "colophon-works";
/// The names of the variables that hold the keys, and the keys.
pub const KEYS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AKIDCOLOPHONTEST"), ("AWS_SECRET_ACCESS_KEY", "no-secret-at-all")];

/// What goes wrong.
#[derive(Default)]
struct Faults {
    /// Requests that are answered with 503.
    busy: AtomicU64,
    /// Bytes that are taken before every connection breaks, less one; 0 while none does.
    left: AtomicI64,
    requests: AtomicU64,
}

/// A store with an empty bucket, on a free port of this machine.
pub struct Server {
    home: tempfile::TempDir,
    port: u16,
    faults: Arc<Faults>,
    service: S3Service,
    /// `None` while it is stopped.
    running: Mutex<Option<Runtime>>,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// When it does not start.
    #[allow(clippy::unwrap_used)]
    pub fn start() -> Self {
        let home = tempfile::Builder::new().prefix("colophon-s3-").tempdir().unwrap();
        std::fs::create_dir(home.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(home.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEYS[0].1, KEYS[1].1));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (faults, service) = (Arc::default(), service.build());
        let server = Self { home, port, faults, service, running: Mutex::default() };
        server.launch(listener);
        server
    }

    /// The bucket as a setting, with a prefix of keys.
    pub fn address(&self, prefix: &str) -> String {
        format!("s3://{BUCKET}/{prefix}?endpoint=http://127.0.0.1:{}&region=eu-central-1", self.port)
    }

    /// Files that lie in the bucket, relative to it, in order; without what is noted beside them.
    ///
    /// # Panics
    /// When they cannot be listed.
    #[allow(clippy::unwrap_used)]
    pub fn files(&self) -> Vec<String> {
        let root = self.home.path().join(BUCKET);
        let (mut todo, mut found) = (vec![root.clone()], Vec::new());
        while let Some(dir) = todo.pop() {
            for entry in std::fs::read_dir(dir).unwrap().flatten() {
                match entry.path().is_dir() {
                    true => todo.push(entry.path()),
                    false => found.push(entry.path()),
                }
            }
        }
        let name = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let mut names: Vec<String> = found.iter().map(name).collect();
        names.sort();
        names
    }

    /// The file of an object.
    pub fn file(&self, key: &str) -> PathBuf {
        self.home.path().join(BUCKET).join(key)
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.faults.requests.load(Ordering::SeqCst)
    }

    /// Answers the next requests with 503.
    pub fn be_busy(&self, requests: u64) {
        self.faults.busy.store(requests, Ordering::SeqCst);
    }

    /// Breaks every connection once so many bytes have come, until [`heal`](Self::heal).
    pub fn break_after(&self, bytes: i64) {
        self.faults.left.store(bytes + 1, Ordering::SeqCst);
    }

    /// Breaks no more connections.
    pub fn heal(&self) {
        self.faults.left.store(0, Ordering::SeqCst);
    }

    /// Stops it, breaking every connection.
    ///
    /// # Panics
    /// When it does not run.
    #[allow(clippy::unwrap_used)]
    pub fn stop(&self) {
        self.running.lock().unwrap().take().unwrap().shutdown_timeout(Duration::from_secs(5));
    }

    /// Starts it again, on the same port, with what is on its disk.
    ///
    /// # Panics
    /// When it does not start.
    #[allow(clippy::unwrap_used)]
    pub fn start_again(&self) {
        self.launch(TcpListener::bind(("127.0.0.1", self.port)).unwrap());
    }

    #[allow(clippy::unwrap_used)]
    fn launch(&self, listener: TcpListener) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        listener.set_nonblocking(true).unwrap();
        let (service, faults) = (self.service.clone(), Arc::clone(&self.faults));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let stream = Frail { stream, faults: Arc::clone(&faults) };
                let (service, faults) = (service.clone(), Arc::clone(&faults));
                let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    faults.requests.fetch_add(1, Ordering::SeqCst);
                    let busy =
                        faults.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
                    let answered = Service::call(&service, request);
                    async move {
                        if busy.is_ok() {
                            let mut response = s3s::HttpResponse::new(s3s::Body::empty());
                            *response.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
                            return Ok(response);
                        }
                        answered.await
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        *self.running.lock().unwrap() = Some(runtime);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(Some(runtime)) = self.running.get_mut().map(Option::take) {
            runtime.shutdown_background();
        }
    }
}

/// A connection that may break.
struct Frail {
    stream: TcpStream,
    faults: Arc<Faults>,
}

impl AsyncRead for Frail {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let broken = || Poll::Ready(Err(Error::from(ErrorKind::ConnectionReset)));
        if self.faults.left.load(Ordering::SeqCst) == 1 {
            return broken();
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = (buf.filled().len() - before) as i64;
        let spend = |left: i64| (left > 0).then(|| (left - came).max(1));
        if self
            .faults
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend)
            .is_ok_and(|left| left - came <= 1)
        {
            return broken();
        }
        read
    }
}

impl AsyncWrite for Frail {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
