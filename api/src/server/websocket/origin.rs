//! Whether a page may open a socket: browsers let any page try, so the server has to look.

use axum::http::{HeaderMap, HeaderValue, header};

/// Whether the request comes from this host's own pages, from an allowed origin, or from no page at all.
///
/// A browser always names the origin; a client without one is no browser and can't be misled by a page.
pub(in crate::server) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let same_host = host_of(origin)
        .zip(headers.get(header::HOST).map(HeaderValue::as_bytes))
        .is_some_and(|(theirs, ours)| is_same_host(&theirs, ours));
    same_host || allowed.iter().any(|one| one.trim_end_matches('/').eq_ignore_ascii_case(origin))
}

/// An origin's host and port, with the port that its scheme implies.
struct OriginHost<'a> {
    authority: &'a str,
    port_implied: &'static str,
}

fn host_of(origin: &str) -> Option<OriginHost<'_>> {
    let (scheme, authority) = origin.split_once("://")?;
    let port_implied = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    Some(OriginHost { authority, port_implied })
}

fn is_same_host(theirs: &OriginHost<'_>, ours: &[u8]) -> bool {
    let Ok(ours) = std::str::from_utf8(ours) else { return false };
    let bare = |authority: &str| {
        authority.strip_suffix(theirs.port_implied).unwrap_or(authority).to_ascii_lowercase()
    };
    !theirs.authority.is_empty() && bare(theirs.authority) == bare(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed_from(origin: Option<&str>, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_allowed(&headers, &["https://page.example/".to_owned()])
    }

    // invariant: E-9
    #[test]
    fn only_own_and_allowed_origins_may_open_a_socket() {
        for (origin, host, expected) in [
            (None, "localhost:8484", true),
            (Some("http://localhost:8484"), "localhost:8484", true),
            (Some("http://LOCALHOST:8484"), "localhost:8484", true),
            (Some("https://media.example"), "media.example", true),
            (Some("https://media.example"), "media.example:443", true),
            (Some("http://[::1]:8484"), "[::1]:8484", true),
            (Some("https://page.example"), "localhost:8484", true),
            (Some("http://page.example"), "localhost:8484", false),
            (Some("http://localhost:3000"), "localhost:8484", false),
            (Some("https://media.example"), "media.example:80", false),
            (Some("https://media.example.evil.example"), "media.example", false),
            (Some("https://evil.example"), "media.example", false),
            (Some("null"), "localhost:8484", false),
            (Some("file://localhost:8484"), "localhost:8484", false),
            (Some("http://"), "", false),
        ] {
            assert_eq!(is_allowed_from(origin, host), expected, "{origin:?} at {host:?}");
        }
    }
}
