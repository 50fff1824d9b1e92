//! Who is at the other end, as whoever knows the tokens answers it.

use std::{fmt, future::Future, net::IpAddr, sync::Arc};

use async_graphql::Data;
use axum::http::HeaderMap;
use futures::{FutureExt, future::BoxFuture};
use mediary_schema::TokenId;
use serde_json::Value;

/// What a client showed to say who it is.
pub struct Credentials {
    /// From where.
    pub peer: IpAddr,
    /// The payload of `connection_init`; `null` if it had none.
    pub payload: Value,
    /// The token of the HTTP header `Authorization: Bearer …` of the upgrade, which only clients
    /// that are no browser can send.
    pub header_token: Option<String>,
    /// The headers of the upgrade with the cookie, if one of our own pages opened the socket.
    pub browser: Option<HeaderMap>,
}

impl Credentials {
    /// The token: the payload's `{"authorization": "Bearer …"}`, otherwise the header's.
    pub fn token(&self) -> Option<&str> {
        let payload =
            ["authorization", "Authorization"].iter().find_map(|key| self.payload.get(key)?.as_str());
        match payload {
            Some(value) => bearer(value),
            None => self.header_token.as_deref(),
        }
    }
}

impl fmt::Debug for Credentials {
    /// Says what is there, never what it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("peer", &self.peer)
            .field("has_payload", &!self.payload.is_null())
            .field("has_header_token", &self.header_token.is_some())
            .field("is_browser", &self.browser.is_some())
            .finish()
    }
}

/// The token in a value of the form `Bearer <token>`.
pub(in crate::server) fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// An acknowledged client.
pub struct Session {
    pub(super) token_id: TokenId,
    pub(super) data: Arc<Data>,
    pub(super) is_open: IsOpen,
    pub(super) ended: BoxFuture<'static, ()>,
}

/// Answers whether a session may still begin something.
pub(super) type IsOpen = Box<dyn Fn() -> bool + Send>;

impl Session {
    /// Makes a session of this token whose resolvers find `data` in their context.
    pub fn new(token_id: TokenId, data: Data) -> Self {
        let ended = futures::future::pending().boxed();
        Self { token_id, data: Arc::new(data), is_open: Box::new(|| true), ended }
    }

    /// Asks this before each operation; the socket closes instead of beginning one once it answers no.
    #[must_use]
    pub fn while_open(self, is_open: impl Fn() -> bool + Send + 'static) -> Self {
        Self { is_open: Box::new(is_open), ..self }
    }

    /// Closes the socket as soon as `ended` is done: when the token expires or is revoked.
    #[must_use]
    pub fn until(self, ended: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { ended: ended.boxed(), ..self }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").field("token_id", &self.token_id).finish_non_exhaustive()
    }
}

/// Why a client is not acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No token, an unknown one or one that has ended; never says which.
    #[error("the token is not valid")]
    Refused,
    /// It can't be said now; the client may try again.
    #[error("tokens can't be checked just now")]
    Unavailable,
}

/// Answers who a client is; called once for each socket. An `async` closure will do.
pub trait Authenticate: Send + Sync + 'static {
    /// Turns what the client showed into a session.
    fn authenticate(
        &self,
        credentials: Credentials,
    ) -> impl Future<Output = Result<Session, AuthError>> + Send + 'static;
}

impl<F, R> Authenticate for F
where
    F: Fn(Credentials) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Session, AuthError>> + Send + 'static,
{
    fn authenticate(
        &self,
        credentials: Credentials,
    ) -> impl Future<Output = Result<Session, AuthError>> + Send + 'static {
        self(credentials)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_token_is_taken_from_the_payload_before_the_header() {
        for (payload, header, expected) in [
            (json!({"authorization": "Bearer abc"}), None, Some("abc")),
            (json!({"Authorization": "bearer  abc "}), None, Some("abc")),
            (json!({"authorization": "Bearer abc"}), Some("other"), Some("abc")),
            (json!({"authorization": "Basic abc"}), Some("other"), None),
            (json!({"authorization": "Bearer "}), None, None),
            (json!({"authorization": 7}), Some("header"), Some("header")),
            (json!(null), Some("header"), Some("header")),
            (json!([1]), None, None),
        ] {
            let credentials = Credentials {
                peer: HERE,
                payload,
                header_token: header.map(ToOwned::to_owned),
                browser: None,
            };
            assert_eq!(credentials.token(), expected, "{:?}", credentials.payload);
        }
    }

    // invariant: S-1
    #[test]
    fn credentials_do_not_show_themselves() {
        let shown = Credentials {
            peer: HERE,
            payload: json!({"authorization": "Bearer abc"}),
            header_token: Some("def".into()),
            browser: Some(HeaderMap::from_iter([(axum::http::header::COOKIE, "ghi".parse().unwrap())])),
        };
        let text = format!("{shown:?}");
        assert!(!["abc", "def", "ghi"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}
