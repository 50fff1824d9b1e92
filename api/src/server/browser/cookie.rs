//! The cookie by which a browser shows its session.

use axum::http::{HeaderMap, HeaderValue, header};
use mediary_log::work::account::session::LIFE;
use mediary_schema::Secret;

use crate::session::Browsers;

/// Its name over plain HTTP.
const PLAIN: &str = "mediary_session";
/// Its name over TLS: browsers take one that begins so only with `Secure`, from this very host, for all of it.
const SECURE: &str = "__Host-mediary_session";

/// Whether a browser came by TLS: to this server, or to a proxy in front of it that says so. Whoever says so without a proxy
/// makes his own cookie one that his browser doesn't send.
pub(in crate::server) fn is_secure(headers: &HeaderMap, browsers: &Browsers) -> bool {
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    browsers.is_tls || forwarded.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

const fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

/// What a browser shows, if it shows anything.
pub(in crate::server) fn shown(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.trim() == name(is_secure)).then(|| value.trim()).filter(|value| !value.is_empty())
    })
}

/// Keeps a session in a browser, for as long as it lasts.
pub(super) fn keep(secret: &Secret, is_secure: bool) -> HeaderValue {
    of(secret.reveal(), LIFE.as_secs(), is_secure)
}

/// Takes it out of the browser.
pub(super) fn drop(is_secure: bool) -> HeaderValue {
    of("", 0, is_secure)
}

fn of(value: &str, seconds: u64, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let name = name(is_secure);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let mut cookie = HeaderValue::from_str(&cookie).expect("hexadecimal digits and words are visible");
    cookie.set_sensitive(true);
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    // SE-02.
    #[test]
    fn no_script_and_no_other_page_has_the_cookie() {
        let plain = keep(&Secret::new("mdy_1"), false);
        let plain = plain.to_str().unwrap();
        assert!(
            plain.starts_with("mediary_session=mdy_1; Path=/; HttpOnly; SameSite=Strict; Max-Age=1209600")
        );
        assert!(!plain.contains("Secure"), "{plain}");
        let secure = keep(&Secret::new("mdy_1"), true);
        let secure = secure.to_str().unwrap();
        assert!(
            secure.starts_with("__Host-mediary_session=mdy_1; ") && secure.ends_with("; Secure"),
            "{secure}"
        );
        assert!(
            drop(false).to_str().unwrap().contains("mediary_session=; ")
                && drop(false).to_str().unwrap().contains("Max-Age=0")
        );
    }

    #[test]
    fn a_browser_shows_one_cookie_among_others() {
        let cookies = headers(&[("cookie", "a=b; mediary_session=mdy_1;c=d")]);
        assert_eq!(shown(&cookies, false), Some("mdy_1"));
        assert_eq!(shown(&cookies, true), None, "over TLS another one counts");
        assert_eq!(shown(&headers(&[("cookie", "xmediary_session=1; mediary_session=")]), false), None);
        assert_eq!(shown(&headers(&[]), false), None);
    }

    #[test]
    fn tls_is_ours_or_that_of_a_proxy() {
        let (plain, tls) = (Browsers::default(), Browsers { is_tls: true, ..Browsers::default() });
        assert!(is_secure(&headers(&[]), &tls));
        assert!(is_secure(&headers(&[("x-forwarded-proto", "https")]), &plain));
        assert!(!is_secure(&headers(&[("x-forwarded-proto", "http")]), &plain));
    }
}
