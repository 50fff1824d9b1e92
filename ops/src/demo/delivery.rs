//! The way of every request and answer: entered in the log, and where faults happen.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use tokio::{sync::watch, time::Instant};

use super::{
    content::Alterations,
    fault::{Fault, Rule},
    log::{Outcome, Ticket},
    site::Shared,
};

/// Bytes given to the connection at a time: small, so that the log isn't far ahead of the client.
const CHUNK_BYTES: usize = 16 * 1024;

/// Pieces a second of a throttled body: smooth to look at, cheap to send.
const THROTTLED_PIECES_PER_SECOND: u32 = 20;

/// Answers a request, or lets the faults that it meets have their way.
pub(super) async fn deliver(State(site): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let mut ticket = site.log.open(&request);
    let rules = site.faults.matching(&request);
    let is_head = request.method() == Method::HEAD;
    let response = if let Some(refusal) = refusal(&rules) {
        refusal
    } else {
        request.extensions_mut().insert(Alterations::of(&rules));
        next.run(request).await
    };
    let (mut head, body) = response.into_parts();
    let given =
        head.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let exact = body.size_hint().exact();
    let has_body = !is_head && exact != Some(0);
    ticket.answer(head.status.as_u16(), if has_body { given.or(exact) } else { Some(0) });
    if !has_body {
        return Response::from_parts(head, body);
    }
    if let (None, Some(length)) = (given, exact) {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    let sending = Sending::new(body, rules, ticket, site.stopping.clone());
    let stream = stream::unfold(sending, |mut sending| async { Some((sending.next().await?, sending)) });
    Response::from_parts(head, Body::from_stream(stream))
}

/// The answer of the first status that still happens.
fn refusal(rules: &[Arc<Rule>]) -> Option<Response> {
    rules.iter().find_map(|rule| {
        let Fault::Status { code, retry_after_seconds } = rule.fault else { return None };
        if !rule.spend() {
            return None;
        }
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, format!("the sample site was told to answer {code}\n")).into_response();
        if let Some(seconds) = retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Some(response)
    })
}

/// A body on its way.
struct Sending {
    body: BodyDataStream,
    waiting: Bytes,
    sent: u64,
    pace: Pace,
    rules: Vec<Arc<Rule>>,
    ticket: Ticket,
    stopping: watch::Receiver<bool>,
}

impl Sending {
    fn new(body: Body, rules: Vec<Arc<Rule>>, ticket: Ticket, stopping: watch::Receiver<bool>) -> Self {
        let body = body.into_data_stream();
        let rules = rules.into_iter().filter(|rule| happens_in_body(&rule.fault)).collect();
        Self { body, waiting: Bytes::new(), sent: 0, pace: Pace::default(), rules, ticket, stopping }
    }

    /// The next piece; none at the end, an error where the connection is to be cut.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.waiting.is_empty() {
            self.waiting = match self.body.next().await? {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(io::Error::other(error))),
            };
        }
        let mut stopping = self.stopping.clone();
        tokio::select! {
            // A site that is dropped takes the sender with it, which ends the wait as well.
            _ = stopping.wait_for(|stopping| *stopping) => Some(self.cut("the sample site stops")),
            piece = self.piece() => Some(piece),
        }
    }

    async fn piece(&mut self) -> io::Result<Bytes> {
        while let Some(rule) = self.reached() {
            if !rule.spend() {
                continue;
            }
            if matches!(rule.fault, Fault::Stall { .. }) {
                rule.taken_away().await;
                continue;
            }
            // Once around lets the server send what it has been given already.
            tokio::task::yield_now().await;
            return self.cut("the sample site was told to drop the connection");
        }
        let room = self.room().min(self.waiting.len());
        let length = self.pace.wait(self.slowest(), room).await;
        let piece = self.waiting.split_to(length);
        self.sent += length as u64;
        self.ticket.send(length as u64);
        Ok(piece)
    }

    fn cut(&mut self, why: &'static str) -> io::Result<Bytes> {
        self.ticket.close(Outcome::Dropped);
        Err(io::Error::other(why))
    }

    /// A cut or stall whose place is here.
    fn reached(&self) -> Option<Arc<Rule>> {
        let here = |rule: &&Arc<Rule>| {
            rule.is_active() && place(&rule.fault).is_some_and(|place| place <= self.sent)
        };
        self.rules.iter().find(here).cloned()
    }

    /// How many bytes may go before the next cut or stall.
    fn room(&self) -> usize {
        let ahead = self.rules.iter().filter(|rule| rule.is_active()).filter_map(|rule| place(&rule.fault));
        let nearest = ahead.map(|place| place - self.sent).min().unwrap_or(u64::MAX);
        usize::try_from(nearest).unwrap_or(usize::MAX).min(CHUNK_BYTES)
    }

    /// The lowest pace in force.
    fn slowest(&self) -> Option<u32> {
        let paces = self.rules.iter().filter(|rule| rule.is_active()).filter_map(|rule| match rule.fault {
            Fault::Throttle { bytes_per_second } => Some(bytes_per_second.max(1)),
            _ => None,
        });
        paces.min()
    }
}

fn happens_in_body(fault: &Fault) -> bool {
    matches!(fault, Fault::Throttle { .. } | Fault::Drop { .. } | Fault::Stall { .. })
}

/// Where in a body a fault happens.
fn place(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Drop { after_bytes } | Fault::Stall { after_bytes } => Some(*after_bytes),
        _ => None,
    }
}

/// Keeps a body to a pace by saying when the next piece may go.
#[derive(Default)]
struct Pace {
    next_at: Option<Instant>,
}

impl Pace {
    /// Waits until a piece may go and says how long it is.
    async fn wait(&mut self, bytes_per_second: Option<u32>, room: usize) -> usize {
        let Some(rate) = bytes_per_second else {
            self.next_at = None;
            return room;
        };
        let length = room.min((rate / THROTTLED_PIECES_PER_SECOND).max(1) as usize);
        let start = self.next_at.unwrap_or_else(Instant::now);
        tokio::time::sleep_until(start).await;
        self.next_at = Some(start + Duration::from_secs_f64(length as f64 / f64::from(rate)));
        length
    }
}
