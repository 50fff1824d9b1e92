use std::{error::Error as StdError, io, time::Duration};

use http::{HeaderMap, StatusCode, header};
use mediary_schema::{FailureClass, Timestamp, job::Failure};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none of http or https.
    #[error("the address is no http or https address")]
    Malformed,
    /// It carries a secret that would be sent to wherever it leads.
    #[error("the address carries a user name or password")]
    Credentials,
    /// Nobody was reached.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The answer broke off, or is none.
    #[error("the answer of the source broke off")]
    BrokeOff,
    /// The answer, or its next part, takes too long.
    #[error("the source doesn't answer in time")]
    TimedOut,
    /// The host asked for a pause that is not over.
    #[error("the source asked to be left alone for another {} s", left.as_secs().max(1))]
    Paused {
        /// How long it still is.
        left: Duration,
    },
    /// One redirect leads to the next.
    #[error("the address leads from redirect to redirect, more than {max} times")]
    Redirects {
        /// How many are followed.
        max: usize,
    },
    /// The answer is larger than what was asked for can be.
    #[error("the answer has more than {bytes_max} bytes")]
    TooLarge {
        /// The bound.
        bytes_max: u64,
    },
    /// The answer can't be unpacked.
    #[error("the answer is packed in a way that can't be undone")]
    Packed,
    /// What was answered can't be kept on our disk.
    #[error("an answer can't be kept: {0}")]
    Storage(#[from] io::Error),
}

/// Why nobody was reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// All there is to connect to lies in networks that are not open.
    #[error("{host} lies in a private network")]
    Private {
        /// The name or the address.
        host: String,
    },
    /// The name has no address.
    #[error("the source can't be reached: there is no host of this name")]
    NoSuchHost,
    /// The connection was refused, broken or not made in time.
    #[error("the source can't be reached: {reason}")]
    Connection {
        /// In words.
        reason: &'static str,
    },
    /// It can't prove who it is.
    #[error("the source can't be trusted: {reason}")]
    Certificate {
        /// What the check of the certificate says.
        reason: String,
    },
    /// The proxy between us and it can't be used.
    #[error("the proxy {reason}")]
    Proxy {
        /// In words, as they go on after `the proxy`: nothing of its address.
        reason: String,
        /// Whether it will be the same the next time.
        for_good: bool,
    },
}

impl Unreachable {
    /// What a failed connection to a proxy says.
    pub(super) fn of_proxy(self) -> Self {
        let (reason, for_good) = match self {
            Self::Proxy { .. } => return self,
            Self::Private { .. } => ("lies in a private network that is not opened".to_owned(), true),
            Self::NoSuchHost => ("can't be reached: there is no host of this name".to_owned(), false),
            Self::Connection { reason } => (format!("can't be reached: {reason}"), false),
            Self::Certificate { reason } => (format!("can't be trusted: {reason}"), false),
        };
        Self::Proxy { reason, for_good }
    }

    /// What a proxy answers that refuses.
    pub(super) fn refused_by_proxy(status: &str) -> Self {
        // Who we are does not change by asking again.
        Self::Proxy { reason: format!("refuses: {status}"), for_good: status.starts_with("407") }
    }

    /// What a failed connection says.
    pub(super) fn of_connection(error: &(dyn StdError + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(known) = error.downcast_ref::<Self>() {
                return known.clone();
            }
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::Certificate { reason: error.to_string() };
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                // The source of an io::Error that holds another error is that one's source.
                if let Some(inner) = error.get_ref() {
                    return Self::of_connection(inner);
                }
                return Self::Connection { reason: words(error) };
            }
            cause = error.source();
        }
        Self::Connection { reason: "the connection failed" }
    }
}

fn words(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection was refused",
        io::ErrorKind::TimedOut => "no connection in time",
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
            "the connection was cut"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => "there is no way to it",
        _ => "the connection failed",
    }
}

impl Error {
    /// What the queue needs to know of it; the text has no address in it.
    pub fn failure(&self) -> Failure {
        let class = match self {
            Self::Malformed
            | Self::Credentials
            | Self::Redirects { .. }
            | Self::TooLarge { .. }
            | Self::Packed => FailureClass::Unsupported,
            Self::Unreachable(Unreachable::Private { .. }) => FailureClass::PrivateNetwork,
            Self::Unreachable(Unreachable::Proxy { .. }) => FailureClass::Proxy,
            Self::Unreachable(_) | Self::BrokeOff | Self::TimedOut => FailureClass::Network,
            Self::Paused { .. } => FailureClass::RateLimit,
            Self::Storage(error) if error.kind() == io::ErrorKind::StorageFull => FailureClass::DiskFull,
            Self::Storage(_) => FailureClass::Storage,
        };
        let retry_after_ms = match self {
            Self::Paused { left } => u64::try_from(left.as_millis()).ok(),
            _ => None,
        };
        let for_good = matches!(self, Self::Unreachable(Unreachable::Proxy { for_good: true, .. }));
        Failure { retry_after_ms, for_good, ..Failure::new(class, self.to_string()) }
    }
}

/// Why there can't be a client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The certificates of the system can't be read.
    #[error("the system's certificates can't be used: {0}")]
    Certificates(#[source] rustls::Error),
    /// The folder can't be used.
    #[error("the folder of kept answers can't be used: {0}")]
    Folder(#[source] io::Error),
    /// The gateway has no address to listen on.
    #[error("the gateway for child processes can't listen: {0}")]
    Listen(#[source] io::Error),
}

/// What a status says of a source, if it is a refusal; 5xx answers pass.
pub fn class_of_status(status: u16) -> Option<FailureClass> {
    match status {
        401 | 403 => Some(FailureClass::Forbidden),
        // None of a source has a reason to say this.
        407 => Some(FailureClass::Proxy),
        404 | 410 => Some(FailureClass::NotFound),
        429 => Some(FailureClass::RateLimit),
        451 => Some(FailureClass::Geo),
        408 | 425 | 500..=599 => Some(FailureClass::Network),
        _ => None,
    }
}

/// What an answer says of its source, if it is a refusal.
pub fn failure_of(status: StatusCode, headers: &HeaderMap) -> Option<Failure> {
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return Some(Error::from(Unreachable::refused_by_proxy(&status.to_string())).failure());
    }
    let pause = pause(headers);
    let class = match status.as_u16() {
        503 if pause.is_some() => FailureClass::RateLimit,
        status => class_of_status(status)?,
    };
    let retry_after_ms = pause.and_then(|pause| u64::try_from(pause.as_millis()).ok());
    Some(Failure { retry_after_ms, ..Failure::new(class, format!("the source answers {status}")) })
}

/// The longest pause that is believed: a slip of a source is no reason to leave it alone for ever.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// The pause that an answer asks for (RFC 9110, 10.2.3).
pub(super) fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(header::RETRY_AFTER)?;
    let pause = match asked.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        // By the source's own clock.
        Err(_) => Timestamp::from_http_date(asked)?.since(Timestamp::from_http_date(text(header::DATE)?)?),
    };
    Some(pause.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: Option<u64>) {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        assert_eq!(pause(&headers).map(|pause| pause.as_secs()), expected);
    }

    // Blackbox 9.
    #[test]
    fn a_pause_is_seconds_or_a_moment_by_the_clock_of_the_source() {
        check(&[("retry-after", "3600")], Some(3600));
        check(&[("retry-after", " 1 ")], Some(1));
        let moment = ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
        check(&[moment, ("date", "Wed, 21 Oct 2015 07:27:00 GMT")], Some(60));
        check(&[moment, ("date", "Wed, 21 Oct 2015 08:00:00 GMT")], Some(0));
        check(&[moment], None);
        check(&[("retry-after", "soon"), ("date", "Wed, 21 Oct 2015 07:27:00 GMT")], None);
        check(&[("retry-after", "99999999999")], Some(7 * 24 * 3600));
        check(&[], None);
    }

    #[test]
    fn no_failure_names_an_address() {
        let private = Error::Unreachable(Unreachable::Private { host: "10.0.0.1".to_owned() });
        assert_eq!(private.failure().class, FailureClass::PrivateNetwork);
        assert_eq!(private.to_string(), "10.0.0.1 lies in a private network");
        let paused = Error::Paused { left: Duration::from_millis(1500) };
        assert_eq!(paused.failure().retry_after_ms, Some(1500));
    }
}
