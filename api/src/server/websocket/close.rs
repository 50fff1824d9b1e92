//! Why the server closes a socket, as the codes that clients know.

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, Utf8Bytes};

/// Why the server closes a socket.
///
/// Codes from 4400 are those of `graphql-transport-ws`; its clients do not reconnect after most of
/// them, and do after 1001, 1013 and 3008.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The server stops.
    GoingAway,
    /// One message is larger than allowed.
    TooBig,
    /// The token has as many sockets as it may, or its credentials can't be checked just now.
    TryAgainLater,
    /// The client sent nothing for a whole ping interval, not even the answer to a ping.
    Silent,
    /// A message that is no message of the protocol.
    Invalid(&'static str),
    /// An operation before the connection was acknowledged.
    Unauthorized,
    /// The credentials are refused, or have ended.
    Forbidden(&'static str),
    /// The client offered no sub-protocol that is spoken here.
    Subprotocol,
    /// The connection was not initialised in time.
    InitTimeout,
    /// An operation under an id that is in use.
    Duplicate,
    /// The connection was initialised twice.
    InitTwice,
}

impl Close {
    /// The code on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::TooBig => 1009,
            Self::TryAgainLater => 1013,
            Self::Silent => 3008,
            Self::Invalid(_) => 4400,
            Self::Unauthorized => 4401,
            Self::Forbidden(_) => 4403,
            Self::Subprotocol => 4406,
            Self::InitTimeout => 4408,
            Self::Duplicate => 4409,
            Self::InitTwice => 4429,
        }
    }

    /// The reason on the wire: fixed texts, since a close frame holds at most 123 bytes.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::GoingAway => "Server is stopping",
            Self::TooBig => "Message too big",
            Self::TryAgainLater => "Try again later",
            Self::Silent => "No answer to a ping",
            Self::Invalid(why) | Self::Forbidden(why) => why,
            Self::Unauthorized => "Unauthorized",
            Self::Subprotocol => "Subprotocol not acceptable",
            Self::InitTimeout => "Connection initialisation timeout",
            Self::Duplicate => "Subscriber for this id already exists",
            Self::InitTwice => "Too many initialisation requests",
        }
    }

    pub(super) fn frame(self) -> CloseFrame {
        CloseFrame { code: self.code(), reason: Utf8Bytes::from_static(self.reason()) }
    }

    /// The code as a label of a metric.
    pub(super) fn label(self) -> Cow<'static, str> {
        Cow::Owned(self.code().to_string())
    }
}
