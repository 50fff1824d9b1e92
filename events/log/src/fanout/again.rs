//! A range of the log, told again under another subject: for audits, and for programs that are tried (PL-16).
//!
//! Guarantees: nothing is told again under a subject of ours, where live messages are taken for what just happened; each
//! message says by a header that it is told again; what isn't told live isn't told again either, nor with more.

use std::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use futures::StreamExt as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    error::Error,
    link::Link,
    message::{self, Message, Omitted},
    options::Options,
};
use crate::{
    log::{Log, Page, Read, ReadError, Recorded},
    spawn,
};

/// Says that a message is told again: the id of the telling, the same for all of its messages.
pub const REPLAY: &str = "Mediary-Replay";

/// Events read at once.
const PAGE: usize = 1_024;
/// Bytes read at once.
const PAGE_BYTES: usize = 4 << 20;
/// How long the server may take to say that it has taken a page.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);

/// A subject under which a range is told again: none of ours, and one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgainSubject(String);

/// Why nothing is told again under a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseAgainSubjectError {
    /// It is ours.
    #[error("what is below `mediary.` is live: programs would take it for what just happened")]
    Live,
    /// The server's own.
    #[error("what begins with `$` or `_INBOX` is the server's own")]
    Reserved,
    /// Not one subject.
    #[error("a subject is words with dots between, without blanks, `*` and `>`")]
    Form,
}

impl FromStr for AgainSubject {
    type Err = ParseAgainSubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |word: &str| {
            !word.is_empty()
                && !word.contains(|c: char| c.is_whitespace() || c.is_control() || c == '*' || c == '>')
        };
        if !text.split('.').all(is_word) {
            return Err(ParseAgainSubjectError::Form);
        }
        match text.split('.').next() {
            Some("mediary") => Err(ParseAgainSubjectError::Live),
            Some(first) if first.starts_with('$') || first.starts_with("_INBOX") => {
                Err(ParseAgainSubjectError::Reserved)
            }
            Some(_) | None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for AgainSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What was told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldAgain {
    /// How many messages were sent.
    pub told: u64,
    /// How many events are told nobody, and were not.
    pub withheld: u64,
}

/// Why not all of it was told again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgainError {
    /// There is no connection.
    #[error("there is no connection to {servers}: {}", .source.reason())]
    Unconnected {
        /// The addresses.
        servers: String,
        /// Why not.
        source: Error,
    },
    /// The server refuses the subject.
    #[error("the server refuses what is sent: {reason}")]
    Denied {
        /// Its words.
        reason: String,
    },
    /// It doesn't say that it has taken what was sent.
    #[error("the server doesn't say whether it took the events before {position}")]
    Unanswered {
        /// The first event that was not sent.
        position: u64,
    },
    /// An event can't be sent.
    #[error("event {position} can't be sent")]
    Unsent {
        /// Its position.
        position: u64,
        /// Why not.
        source: async_nats::PublishError,
    },
    /// The log can't be read.
    #[error("the log can't be read")]
    Log(#[from] ReadError),
}

impl AgainError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unconnected { .. } => "NATS_UNREACHABLE",
            Self::Denied { .. } => "NATS_DENIED",
            Self::Unanswered { .. } | Self::Unsent { .. } => "NATS_INTERRUPTED",
            Self::Log(ReadError::Damaged(damage)) => damage.code(),
            Self::Log(_) => "LOG_UNREADABLE",
        }
    }

    /// The next step for a person.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Unconnected { .. } => "check the address, the credentials and that nats-server runs",
            Self::Denied { .. } => "name a subject that this user may publish to, or another user",
            Self::Unanswered { .. } | Self::Unsent { .. } => {
                "go on from there with --from, or send all of it again: each message has its event's id"
            }
            Self::Log(_) => "`mediary log verify` proves the log",
        }
    }
}

/// Tells events again, in their order; `id` is of this telling.
pub async fn tell_again(
    log: &Log,
    range: RangeInclusive<u64>,
    subject: &AgainSubject,
    id: Uuid,
    options: &Options,
) -> Result<ToldAgain, AgainError> {
    let unconnected = |source| AgainError::Unconnected { servers: options.servers_text(), source };
    let link = Link::connect(options).await.map_err(unconnected)?;
    let (mut next, mut done) = (*range.start(), ToldAgain { told: 0, withheld: 0 });
    while next <= *range.end() {
        let page = read(log, next, *range.end()).await?;
        for event in &page.events {
            if message::is_told(event) {
                send(&link.client, event, subject, id).await?;
                done.told += 1;
            } else {
                done.withheld += 1;
            }
        }
        next = page.next_position.unwrap_or_else(|| range.end() + 1);
        taken(&link, next).await?;
    }
    Ok(done)
}

async fn read(log: &Log, from: u64, end: u64) -> Result<Page, AgainError> {
    let log = log.clone();
    let read = spawn::blocking(move || {
        log.read_page(&Read { end, bytes_max: PAGE_BYTES, ..Read::forward(from).limit(PAGE) })
    });
    // It ends without an answer only if the process does.
    Ok(read.await.map_err(|_| ReadError::Closed)??)
}

async fn send(client: &Client, event: &Recorded, subject: &AgainSubject, id: Uuid) -> Result<(), AgainError> {
    let mut message = Message::of_event(event);
    if message.body.len() > client.server_info().max_payload {
        message = Message::of_envelope(event, Omitted::TooLarge);
    }
    let headers = told_again(message.headers, id);
    let sent = client.publish_with_headers(subject.to_string(), headers, message.body).await;
    sent.map_err(|source| AgainError::Unsent { position: event.position(), source })
}

/// The headers of a live message, and that it is none.
fn told_again(mut headers: HeaderMap, id: Uuid) -> HeaderMap {
    headers.insert(REPLAY, id.to_string());
    headers
}

/// Waits until the server has taken all that was sent: it answers in the order in which it was told, a refusal too.
async fn taken(link: &Link, position: u64) -> Result<(), AgainError> {
    let unanswered = || match link.denied() {
        Some(reason) => AgainError::Denied { reason },
        None => AgainError::Unanswered { position },
    };
    let inbox = link.client.new_inbox();
    let Ok(mut answers) = link.client.subscribe(inbox.clone()).await else { return Err(unanswered()) };
    let asked = link.client.publish(inbox, Bytes::new()).await.is_ok() && link.client.flush().await.is_ok();
    if !asked || !matches!(timeout(TAKEN_WITHIN, answers.next()).await, Ok(Some(_))) {
        return Err(unanswered());
    }
    link.denied().map_or(Ok(()), |reason| Err(AgainError::Denied { reason }))
}
