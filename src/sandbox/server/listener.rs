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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::super::body::whole;
    use super::*;

    struct Hello;

    impl Handler for Hello {
        async fn handle(self: Arc<Self>, _request: Request<Incoming>, _line: Arc<Line>) -> Response<AnyBody> {
            Response::new(whole(b"hello".to_vec()))
        }
    }

    async fn listening(limits: Limits) -> (SocketAddr, JoinSet<()>, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(serve(listener, Arc::new(Hello), limits, stopped));
        (at, tasks, stop)
    }

    async fn ends(stream: &mut TcpStream) -> bool {
        let mut rest = Vec::new();
        let reading = stream.read_to_end(&mut rest);
        tokio::time::timeout(Duration::from_secs(10), reading).await.is_ok()
    }

    async fn answers(stream: &mut TcpStream) -> bool {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut held = Vec::new();
        let mut buffer = [0; 512];
        while !held.ends_with(b"hello") {
            match stream.read(&mut buffer).await {
                Ok(read) if read > 0 => held.extend_from_slice(&buffer[..read]),
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_cut_off_while_an_idle_connection_is_kept_s15() {
        let limits = Limits { head: Duration::from_millis(100), idle: Duration::from_secs(60), ..Limits::default() };
        let (at, _tasks, _stop) = listening(limits).await;
        let mut idle = TcpStream::connect(at).await.unwrap();
        assert!(answers(&mut idle).await);
        let mut slow = TcpStream::connect(at).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        assert!(ends(&mut slow).await);
        assert!(answers(&mut idle).await, "the idle one outlived the slow one");
    }

    #[tokio::test]
    async fn an_idle_connection_ends_after_its_time_s15() {
        let limits = Limits { idle: Duration::from_millis(100), ..Limits::default() };
        let (at, _tasks, _stop) = listening(limits).await;
        let mut unused = TcpStream::connect(at).await.unwrap();
        let mut used = TcpStream::connect(at).await.unwrap();
        assert!(answers(&mut used).await);
        assert!(ends(&mut unused).await && ends(&mut used).await);
    }

    #[tokio::test]
    async fn over_the_number_of_connections_the_next_one_waits_for_a_place_s15() {
        let (at, _tasks, _stop) = listening(Limits { connections: 1, ..Limits::default() }).await;
        let mut first = TcpStream::connect(at).await.unwrap();
        assert!(answers(&mut first).await);
        let mut second = TcpStream::connect(at).await.unwrap();
        second.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(100), second.read(&mut [0; 8])).await.is_err());
        drop(first);
        let read = tokio::time::timeout(Duration::from_secs(10), second.read(&mut [0; 8])).await;
        assert!(read.is_ok_and(|read| read.is_ok_and(|read| read > 0)));
    }

    #[tokio::test]
    async fn told_to_stop_it_ends_its_connections_and_itself() {
        let (at, mut tasks, stop) = listening(Limits::default()).await;
        let mut idle = TcpStream::connect(at).await.unwrap();
        assert!(answers(&mut idle).await);
        stop.send(true).unwrap();
        let ended = async { while tasks.join_next().await.is_some() {} };
        assert!(tokio::time::timeout(Duration::from_secs(10), ended).await.is_ok());
        assert!(ends(&mut idle).await);
    }
}
