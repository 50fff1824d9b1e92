//! What keeps another page from doing something by the cookie of a browser that is signed in here (CSRF).
//!
//! Three things, each of which would do: the cookie is not sent along with what another site asks for; whoever asks has to
//! come from our own page; and he has to show a word that only our own page was told.

use axum::http::{HeaderMap, Method, StatusCode, header};
use mediary_log::token::Denied;

use crate::{
    server::{
        fault::fault,
        graphql::{Refused, refuse},
        websocket::is_allowed_origin,
    },
    session::{Authenticator, Browsers, Session},
};

/// The header that shows the word.
const HEADER: &str = "mediary-csrf";

/// What a browser that isn't let in is told.
const SIGNED_OUT: &str = "you are not signed in any more: sign in again";

/// The word of a session: it follows from what the cookie holds, from which nobody finds back to that.
pub(super) fn word(shown: &str) -> String {
    blake3::Hash::from_bytes(blake3::derive_key("mediary 2026-11-28 csrf", shown.as_bytes()))
        .to_hex()
        .to_string()
}

/// Whether the page that asks is our own, as browsers say by themselves; a program that is none says nothing.
pub(super) fn is_ours(headers: &HeaderMap, browsers: &Browsers) -> bool {
    is_allowed_origin(headers, &browsers.origins)
}

/// The session of a browser, if what it asks for comes from our own page.
pub(in crate::server) fn let_in(
    authenticator: &Authenticator,
    method: &Method,
    headers: &HeaderMap,
    shown: &str,
) -> Result<Session, Refused> {
    let session = authenticator.authenticate_browser(shown).map_err(|denied| match denied {
        Denied::Refused => {
            Box::new(refuse(StatusCode::UNAUTHORIZED, &fault(SIGNED_OUT, "UNAUTHENTICATED", false)))
        }
        Denied::Unreadable => {
            let error = fault(denied.to_string(), "ACCOUNTS_UNREADABLE", false);
            Box::new(refuse(StatusCode::SERVICE_UNAVAILABLE, &error))
        }
    })?;
    if is_from_elsewhere(authenticator.browsers(), method, headers, shown) {
        let message = "this did not come from a page of this server: load the page again";
        return Err(Box::new(refuse(StatusCode::FORBIDDEN, &fault(message, "CSRF", false))));
    }
    Ok(session)
}

fn is_from_elsewhere(browsers: &Browsers, method: &Method, headers: &HeaderMap, shown: &str) -> bool {
    if [Method::GET, Method::HEAD].contains(method) {
        // Nothing is changed, and nobody else is to have files loaded.
        return headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    }
    let word = word(shown);
    let is_shown = headers.get(HEADER).is_some_and(|shown| is_same(shown.as_bytes(), word.as_bytes()));
    !(is_shown && headers.contains_key(header::ORIGIN) && is_ours(headers, browsers))
}

/// Compares in a time that does not tell how far both are the same.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    blake3::hash(one) == blake3::hash(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(method: &Method, pairs: &[(&'static str, &str)]) -> bool {
        let mut headers: HeaderMap =
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        headers.insert(header::HOST, "media.example".parse().unwrap());
        is_from_elsewhere(&Browsers::default(), method, &headers, "mdy_1")
    }

    // SE-03.
    // invariant: G-12
    #[test]
    fn what_changes_something_comes_from_our_page_and_shows_its_word() {
        let (post, get) = (Method::POST, Method::GET);
        let (right, wrong) = (word("mdy_1"), word("mdy_2"));
        let (right, wrong) = (("mediary-csrf", right.as_str()), ("mediary-csrf", wrong.as_str()));
        let (ours, theirs) = (("origin", "https://media.example"), ("origin", "https://evil.example"));
        assert!(!is_refused(&post, &[ours, right]));
        for pairs in [&[ours][..], &[right], &[ours, wrong], &[theirs, right], &[("origin", "null"), right]] {
            assert!(is_refused(&post, pairs), "{pairs:?}");
        }
        assert!(!is_refused(&get, &[]) && !is_refused(&get, &[("sec-fetch-site", "same-origin")]));
        assert!(is_refused(&get, &[("sec-fetch-site", "cross-site")]));
    }
}
