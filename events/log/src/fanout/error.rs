//! Why the relay can't go on for now, told apart by what its owner can do about it.

use std::{io, path::PathBuf, sync::Arc};

use uuid::Uuid;

use super::stream::STREAM;
use crate::log::ReadError;

/// Why the relay can't go on for now. It tries again by itself, but for a log that can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file of credentials can't be used.
    #[error("read the NATS credentials of {path:?}")]
    Credentials {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The server doesn't answer, or refuses us.
    #[error("connect to {servers}")]
    Connect {
        /// The addresses.
        servers: String,
        /// Why not.
        source: async_nats::ConnectError,
    },
    /// The connection ended.
    #[error("keep the connection to NATS")]
    Disconnected,
    /// The server didn't answer a request, or not in a form that we know.
    #[error("ask NATS {step}")]
    Request {
        /// For what.
        step: &'static str,
        /// Why there was no answer.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server refused a request.
    #[error("ask NATS {step}: {description} ({code})")]
    Refused {
        /// For what.
        step: &'static str,
        /// Its words.
        description: String,
        /// Its number for them.
        code: u64,
    },
    /// The server has not as much room as the stream may take.
    #[error("ask NATS {step}: it has not the room ({code})")]
    NoRoom {
        /// For what.
        step: &'static str,
        /// Its number for it.
        code: u64,
    },
    /// The stream belongs to another log.
    #[error("use the stream {STREAM}, which belongs to the log {log}")]
    OtherLog {
        /// That log.
        log: Uuid,
    },
    /// Our subjects end up in a stream of another name.
    #[error("publish to {STREAM}: the stream {name} takes its subjects")]
    OtherStream {
        /// Its name.
        name: String,
    },
    /// An event was not taken.
    #[error("publish event {position}")]
    Publish {
        /// Its position.
        position: u64,
        /// Why not.
        source: async_nats::jetstream::context::PublishError,
    },
    /// Somebody else writes to the stream; the relay looks again where it stands.
    #[error("publish event {position}: somebody else wrote to {STREAM}")]
    Overtaken {
        /// The event's position.
        position: u64,
    },
    /// The log can't be read.
    #[error("read the log")]
    Log(#[source] Arc<ReadError>),
}

impl Error {
    /// What the owner can do.
    pub fn advice(&self) -> Option<String> {
        let text = match self {
            Self::Credentials { .. } => "check that the file exists and belongs to this user".to_owned(),
            Self::Connect { .. } => "check the address, the credentials and that nats-server runs; events \
                                     are kept and told once it answers"
                .to_owned(),
            Self::Request { .. } | Self::Refused { .. } => format!(
                "check that JetStream is enabled for this user, has room, and that the user may use \
                 $JS.API.> and {STREAM}"
            ),
            Self::NoRoom { .. } => "free space for JetStream, raise its max_file_store, or lower \
                                    nats_stream_bytes_max; events are kept and told once there is room"
                .to_owned(),
            Self::OtherLog { .. } => format!(
                "give this Mediary an account of its own on that server, or delete the stream {STREAM} if \
                 that log is no longer used"
            ),
            Self::OtherStream { name } => format!("remove mediary.events.> from the subjects of {name}"),
            Self::Log(_) => "see what the log says of itself".to_owned(),
            Self::Disconnected | Self::Publish { .. } | Self::Overtaken { .. } => return None,
        };
        Some(text)
    }

    /// The reason in a few words that name nobody: neither addresses nor streams of others.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Credentials { .. } => "its credentials can't be read",
            Self::Connect { .. } => "the server doesn't answer, or refuses the credentials",
            Self::Disconnected => "the connection ended",
            Self::Request { .. } => "JetStream doesn't answer",
            Self::Refused { .. } => "JetStream refuses the stream",
            Self::NoRoom { .. } => "JetStream has no room for the stream",
            Self::OtherLog { .. } => "the stream there belongs to another log",
            Self::OtherStream { .. } => "another stream takes its subjects",
            Self::Publish { .. } => "an event was not taken",
            Self::Overtaken { .. } => "somebody else writes to the stream",
            Self::Log(_) => "the log can't be read",
        }
    }

    /// The whole chain in one line.
    pub(super) fn chain(&self) -> String {
        let mut text = format!("failed to {self}");
        let mut next = std::error::Error::source(self);
        while let Some(source) = next {
            let words = source.to_string();
            if !text.ends_with(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            next = source.source();
        }
        text
    }
}
