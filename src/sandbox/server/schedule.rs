//! The sandbox's own pace: what is due happens when it is due, also when nobody asks, and deliveries leave.
//!
//! Owns waiting and sending. What is due, and what an answer means, is the platform's.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::Shared;
use crate::http::{self, BaseUrl, BuildError, Options};
use crate::sandbox::webhooks::{LIMIT, Outcome};

/// The longest wait without a look at the clock: the machine may have slept.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// An answer's body is only read so that its connection can be used again.
const BODY: (usize, Duration) = (64 * 1024, Duration::from_secs(1));

/// A client for this machine: no redirects, no proxy.
pub(in crate::sandbox) fn sender() -> Result<http::Client, BuildError> {
    let base = BaseUrl::parse("http://127.0.0.1").map_err(|error| BuildError::Other(error.to_string()))?;
    let total = LIMIT.to_std().unwrap_or(Duration::from_secs(30));
    let limits = http::Limits { total, ..http::Limits::default() };
    http::client(&base, &Options { limits, system_proxy: false }, None)
}

/// Runs until told to stop. Dropping it ends what is under way.
pub(in crate::sandbox) async fn keep_schedule(
    shared: Arc<Shared>,
    client: http::Client,
    mut stop: watch::Receiver<bool>,
) {
    let mut sending: JoinSet<(u64, Outcome)> = JoinSet::new();
    let mut handles: HashMap<u64, AbortHandle> = HashMap::new();
    loop {
        let read = shared.clock.now();
        let (due, now) = {
            let mut platform = shared.platform();
            (platform.take_due(read.wall), platform.time(read.wall))
        };
        for job in due.expired {
            if let Some(handle) = handles.remove(&job) {
                handle.abort();
            }
        }
        for job in due.jobs {
            let request = client.post(job.url).headers(headers(job.headers)).body(job.body);
            let handle = sending.spawn(async move {
                let outcome = match request.send().await {
                    Ok(mut answer) => {
                        let outcome = Outcome::Answered(answer.status().as_u16());
                        let reading = async {
                            let mut read = 0;
                            while let (true, Ok(Some(chunk))) = (read < BODY.0, answer.chunk().await) {
                                read += chunk.len();
                            }
                        };
                        // The status is what counts; a body that does not end costs its connection.
                        let _ = tokio::time::timeout(BODY.1, reading).await;
                        outcome
                    }
                    Err(error) if error.is_timeout() => Outcome::Unanswered("no answer within 30 s"),
                    Err(error) if error.is_connect() => Outcome::Unanswered("nobody listens"),
                    Err(_) => Outcome::Unanswered("the connection broke"),
                };
                (job.id, outcome)
            });
            handles.insert(job.id, handle);
        }
        let left = due.next.map(|next| next.signed_duration_since(now).to_std().unwrap_or(Duration::ZERO));
        let passed = async {
            match left {
                Some(left) => shared.clock.pass(read, left.min(LOOK_AGAIN)).await,
                // By hand the clock may be turned past the end of an attempt.
                None => shared.clock.pass(read, Duration::MAX).await,
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(ended) = sending.join_next(), if !sending.is_empty() => {
                // An aborted one was given up by the platform already.
                if let Ok((job, outcome)) = ended {
                    handles.remove(&job);
                    let wall = shared.wall();
                    shared.platform().delivered(job, &outcome, wall);
                }
            }
            () = shared.stirred.notified() => {}
            () = passed => {}
        }
    }
}

/// A fault may name what is no header; it is then left out.
fn headers(all: Vec<(String, String)>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in all {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            map.append(name, value);
        }
    }
    map
}
