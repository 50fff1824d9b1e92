//! As whom a site is asked that says it wants a name and a password (RFC 7617).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};

use super::{Answer, Error, target::Target};

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

    /// Whether it is told there. Who asked by https is not led to tell it in the clear.
    pub(super) fn is_for(&self, target: &Target, was_secure: bool) -> bool {
        self.host.eq_ignore_ascii_case(target.host()) && (target.is_secure() || !was_secure)
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

#[cfg(test)]
mod tests {
    use super::*;

    // DL-08: a redirect from https to http would show the password to everybody on the way.
    #[test]
    fn a_login_is_for_its_host_and_not_in_the_clear_after_https() {
        let login = Login::new("a.example", "anna", "needle", true);
        let is_for = |address: &str, was_secure| login.is_for(&Target::parse(address).unwrap(), was_secure);
        assert!(is_for("https://A.example/x", true) && is_for("https://a.example/", false));
        assert!(
            is_for("http://a.example/", false),
            "what is asked by http from the start is its owner's choice"
        );
        assert!(!is_for("http://a.example/", true));
        assert!(!is_for("https://b.a.example/", false) && !is_for("http://b.example/", false));
    }
}
