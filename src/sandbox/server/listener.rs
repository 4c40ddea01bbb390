//! `serve(listener, handler, limits, stop)`: the accept loop and its connections, with the limits of security, S15.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::body::AnyBody;
use super::line::{Line, Watched};
use crate::backoff;

/// What a connection may take.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Limits {
    pub(in crate::sandbox) head: Duration,
    pub(in crate::sandbox) head_bytes: usize,
    pub(in crate::sandbox) body: Duration,
    pub(in crate::sandbox) body_bytes: usize,
    pub(in crate::sandbox) idle: Duration,
    pub(in crate::sandbox) connections: usize,
    /// How long requests under way are waited for at the end.
    pub(in crate::sandbox) farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            head_bytes: 32 * 1024,
            body: Duration::from_secs(15),
            body_bytes: 1024 * 1024,
            idle: Duration::from_secs(60),
            connections: 2_048,
            farewell: Duration::from_secs(1),
        }
    }
}

/// Answers requests.
pub(in crate::sandbox) trait Handler: Send + Sync + 'static {
    /// One request; `line` is the connection it came on.
    fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
        line: Arc<Line>,
    ) -> impl Future<Output = Response<AnyBody>> + Send;
}

/// Accepts until told to stop, then lets requests under way end, for a while. Dropping it ends everything at once.
pub(in crate::sandbox) async fn serve(
    listener: TcpListener,
    handler: Arc<impl Handler>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let mut failed = 0_u32;
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                failed = 0;
                while connections.try_join_next().is_some() {}
                let (handler, limits, stop) = (handler.clone(), limits.clone(), stop.clone());
                connections.spawn(async move {
                    connection(stream, handler, limits, stop).await;
                    drop(permit);
                });
            }
            Err(_) => {
                // Out of descriptors, mostly: waiting lets others close.
                failed = failed.saturating_add(1);
                let wait = backoff::delay(failed, Duration::from_millis(5), Duration::from_secs(1), u64::from(failed));
                tokio::time::sleep(wait).await;
            }
        }
    }
    drop(listener);
    let farewell = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.farewell, farewell).await.is_err() {
        connections.abort_all();
    }
}

async fn connection(stream: TcpStream, handler: Arc<impl Handler>, limits: Limits, mut stop: watch::Receiver<bool>) {
    // Answers are small and waited for; a socket that can't be told so is only slower.
    let _ = stream.set_nodelay(true);
    let line = Arc::new(Line::new());
    let io = TokioIo::new(Watched { stream, line: line.clone() });
    let service = service_fn(|request: Request<Incoming>| {
        let (handler, line) = (handler.clone(), line.clone());
        async move {
            line.busy();
            let response = handler.handle(request, line.clone()).await;
            line.answered();
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(limits.head_bytes).keep_alive(true);
    let served = builder.serve_connection(io, service);
    let mut served = std::pin::pin!(served);
    let over = line.over(&limits);
    let mut over = std::pin::pin!(over);
    let mut stopping = false;
    loop {
        tokio::select! {
            // A client that broke off is its own affair.
            _ = served.as_mut() => break,
            () = over.as_mut() => break,
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}
