//! An address as it goes out.

use std::net::Ipv6Addr;

use http::{Uri, uri::PathAndQuery};
use mediary_schema::lane::Lane;
use url::{Host, Url};

use super::Error;

/// Where a request goes, and what it asks for there.
///
/// The path and the query are those of the address as it was given: a site may sign every byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    given: String,
    is_secure: bool,
    /// As a URI spells it: an IPv6 address in brackets, a name in ASCII.
    host: String,
    port: u16,
    path: PathAndQuery,
}

impl Target {
    /// Reads an address; http or https, without user name and password.
    pub(super) fn parse(given: &str) -> Result<Self, Error> {
        let url = Url::parse(given).map_err(|_| Error::Malformed)?;
        let is_secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Error::Malformed),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::Credentials);
        }
        let host = match url.host().ok_or(Error::Malformed)? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => format!("[{address}]"),
        };
        let port = url.port_or_known_default().ok_or(Error::Malformed)?;
        let path =
            PathAndQuery::from_maybe_shared(wire(path_and_query(given))).map_err(|_| Error::Malformed)?;
        Ok(Self { given: given.to_owned(), is_secure, host, port, path })
    }

    /// A port of a host, which is a name or an address, an IPv6 one in brackets or without; as one that is asked by https.
    pub(super) fn of_port(host: &str, port: u16) -> Result<Self, Error> {
        let target = match host.parse::<Ipv6Addr>() {
            Ok(address) => Self::parse(&format!("https://[{address}]:{port}"))?,
            Err(_) => Self::parse(&format!("https://{host}:{port}"))?,
        };
        // Behind the slash of `host/path` the port would be a part of the path.
        if target.port == port && target.path == "/" { Ok(target) } else { Err(Error::Malformed) }
    }

    /// The address that it was made of.
    pub(super) fn given(&self) -> &str {
        &self.given
    }

    /// Who answers, as work that needs it calls it.
    pub(super) fn lane(&self) -> Lane {
        Lane::Host(self.host.clone())
    }

    /// Who answers, as an address names it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is https.
    pub(super) fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Host and port: who answers.
    pub(super) fn origin(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// What is asked for there.
    pub(super) fn path(&self) -> &str {
        self.path.as_str()
    }

    /// What a client connects and asks by.
    pub(super) fn uri(&self) -> Result<Uri, Error> {
        let scheme = if self.is_secure { "https" } else { "http" };
        let is_default = self.port == if self.is_secure { 443 } else { 80 };
        let authority = if is_default { self.host.clone() } else { self.origin() };
        let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(self.path.clone());
        uri.build().map_err(|_| Error::Malformed)
    }

    /// Where `location` leads from here (RFC 9110, 10.2.2).
    pub(super) fn follow(&self, location: &str) -> Result<Self, Error> {
        let location = location.trim();
        let is_absolute = ["http://", "https://"].iter().any(|scheme| {
            location.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if is_absolute {
            return Self::parse(location);
        }
        let here = Url::parse(&self.given).map_err(|_| Error::Malformed)?;
        Self::parse(here.join(location).map_err(|_| Error::Malformed)?.as_str())
    }
}

/// What stands behind the host, without a fragment.
fn path_and_query(given: &str) -> &str {
    let given = given.trim().split('#').next().unwrap_or_default();
    let behind_scheme = given.split_once(':').map_or("", |(_, rest)| rest).trim_start_matches(['/', '\\']);
    behind_scheme.find(['/', '?', '\\']).map_or("", |start| &behind_scheme[start..])
}

/// The same in the letters that a request line may hold: what isn't one is escaped, and nothing else.
fn wire(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut wire = String::with_capacity(text.len() + 1);
    if !text.starts_with('/') {
        wire.push('/');
    }
    for byte in text.strip_prefix('\\').unwrap_or(text).bytes() {
        match byte {
            // A tab or an end of line within an address is none of it (WHATWG URL).
            b'\t' | b'\r' | b'\n' => {}
            b'"' | b'<' | b'>' | b'`' | b'\\' | 0..=b' ' | 0x7f.. => {
                wire.push('%');
                wire.push(char::from(DIGITS[usize::from(byte >> 4)]));
                wire.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
            _ => wire.push(char::from(byte)),
        }
    }
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(given: &str) -> String {
        Target::parse(given).unwrap().uri().unwrap().to_string()
    }

    // Field 07.
    #[test]
    fn an_address_goes_out_as_it_was_given() {
        for same in [
            "http://a.example/?sig=a%20b",
            "http://a.example/?sig=a+b%2Fc==",
            "http://a.example/?raw",
            "http://a.example/?a=1;b=2&&c",
            "http://a.example/x(1)?n='it'&p=a/b:c@d",
            "http://a.example/%e4?x=%E4",
            "http://a.example/a/../b/./c//d",
            "http://a.example/?j={\"x\"}".replace('"', "%22").as_str(),
            "http://a.example/a|b^c~d!e$f*g,h[i]?k=[l]|^{}",
            "https://a.example:8443/x?",
        ] {
            assert_eq!(sent(same), same);
        }
    }

    #[test]
    fn only_what_no_request_may_hold_is_escaped() {
        assert_eq!(sent("http://a.example/ä b?c=<d>#e"), "http://a.example/%C3%A4%20b?c=%3Cd%3E");
        assert_eq!(sent("http://a.example?x=1"), "http://a.example/?x=1");
        assert_eq!(sent("HTTP://A.example:80"), "http://a.example/");
        assert_eq!(sent("http://bücher.example/ü"), "http://xn--bcher-kva.example/%C3%BC");
        assert_eq!(sent("http://[::1]:8080/x"), "http://[::1]:8080/x");
        assert_eq!(sent("http://2130706433/x"), "http://127.0.0.1/x");
    }

    #[test]
    fn every_letter_can_be_sent() {
        for letter in
            (1..=0x17f).filter_map(char::from_u32).filter(|letter| !matches!(letter, '#' | '?' | '/'))
        {
            for given in [format!("http://a.example/x{letter}y"), format!("http://a.example/x?y{letter}z")] {
                assert!(sent(&given).starts_with("http://a.example/x"), "{given:?}");
            }
        }
    }

    #[test]
    fn a_redirect_is_followed_from_where_it_was_met() {
        let here = Target::parse("https://a.example/b/c?d=1").unwrap();
        for (location, expected) in [
            ("/x?y=a+b%20", "https://a.example/x?y=a+b%20"),
            ("e", "https://a.example/b/e"),
            ("?f", "https://a.example/b/c?f"),
            ("//b.example/g", "https://b.example/g"),
            (" http://c.example/%7e?q='1' ", "http://c.example/%7e?q='1'"),
        ] {
            assert_eq!(here.follow(location).unwrap().uri().unwrap().to_string(), expected);
        }
        assert!(matches!(here.follow("file:///etc/passwd"), Err(Error::Malformed)));
        assert!(matches!(here.follow("http://u:p@b.example/"), Err(Error::Credentials)));
    }
}
