//! As whom a site is asked that says it wants a name and a password (RFC 7617).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};

use super::{Answer, Error};

/// Who somebody is to one host, and to no other that it leads to.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    host: String,
    user: String,
    password: String,
    is_always: bool,
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Login").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Login {
    /// At a host, named as addresses name it; told when it is asked for, or always.
    pub fn new(host: &str, user: &str, password: &str, is_always: bool) -> Self {
        Self { host: host.to_owned(), user: user.to_owned(), password: password.to_owned(), is_always }
    }

    pub(super) fn is_for(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }

    pub(super) fn is_always(&self) -> bool {
        self.is_always
    }

    /// Whether an answer wants to know who asks.
    pub(super) fn is_asked_for(answer: &Answer) -> bool {
        let challenges = answer.headers.get_all(header::WWW_AUTHENTICATE).iter();
        let is_basic = |value: &HeaderValue| {
            let value = value.as_bytes();
            value.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic"))
        };
        answer.status == StatusCode::UNAUTHORIZED && challenges.into_iter().any(is_basic)
    }

    pub(super) fn authorization(&self) -> Result<HeaderValue, Error> {
        let pair = STANDARD.encode(format!("{}:{}", self.user, self.password));
        let mut value = HeaderValue::from_str(&format!("Basic {pair}")).map_err(|_| Error::Malformed)?;
        value.set_sensitive(true);
        Ok(value)
    }
}
