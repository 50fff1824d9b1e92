//! Addresses within a feed: as they are given where they are whole, completed where they are not.

use url::{ParseError, Position, Url};

/// The address, if it is one of the web: an absolute one letter by letter as given, another one joined to `base`.
///
/// What is joined keeps its letters, too, unless that would be another address. Blanks around it and ends of lines
/// within it are no part of an address.
pub(super) fn resolve(given: &str, base: Option<&Url>) -> Option<String> {
    let given = given.trim().replace(['\t', '\n', '\r'], "");
    if given.is_empty() {
        return None;
    }
    match Url::parse(&given) {
        Ok(url) => is_web(&url).then_some(given),
        Err(ParseError::RelativeUrlWithoutBase) => join(base?, &given),
        Err(_) => None,
    }
}

/// The base that `xml:base` makes of the one around it.
pub(super) fn nested(given: &str, outer: Option<&Url>) -> Option<Url> {
    Url::parse(&resolve(given, outer)?).ok()
}

fn join(base: &Url, given: &str) -> Option<String> {
    let standard = base.join(given).ok().filter(is_web)?;
    // Joined by the standard it would be rewritten: `'` to `%27`, a blank to `%20`.
    let spelled = match given.as_bytes() {
        [b'/', b'/', ..] => format!("{}:{given}", base.scheme()),
        [b'/', ..] => format!("{}{given}", &base[..Position::BeforePath]),
        [b'?', ..] => format!("{}{given}", &base[..Position::AfterPath]),
        _ => {
            let folder = base[..Position::AfterPath].rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{given}")
        }
    };
    let is_same = Url::parse(&spelled).is_ok_and(|url| url == standard);
    Some(if is_same { spelled } else { standard.into() })
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::{nested, resolve};

    fn base() -> Url {
        Url::parse("https://a.example/shows/one/feed.xml?key=1").unwrap()
    }

    // Field 16b.
    #[test]
    fn what_is_not_whole_is_joined_and_keeps_its_letters() {
        for (given, expected) in [
            ("//cdn.example/a.mp3", "https://cdn.example/a.mp3"),
            ("/m/a b's.mp3?x='1'", "https://a.example/m/a b's.mp3?x='1'"),
            ("ep 1.mp3", "https://a.example/shows/one/ep 1.mp3"),
            ("../two/é.mp3", "https://a.example/shows/one/../two/é.mp3"),
            ("?ep=1", "https://a.example/shows/one/feed.xml?ep=1"),
            (" \n/a\n.mp3 ", "https://a.example/a.mp3"),
        ] {
            assert_eq!(resolve(given, Some(&base())).as_deref(), Some(expected), "{given:?}");
        }
        assert_eq!(resolve("a.mp3", None), None);
    }

    #[test]
    fn what_is_no_address_of_the_web_is_none() {
        for given in ["", " \n ", "magnet:?xt=1", "ftp://a.example/a.mp3", "mailto:a@b", "http://", "data:,x"]
        {
            assert_eq!(resolve(given, Some(&base())), None, "{given:?}");
        }
    }

    #[test]
    fn a_base_within_a_base_is_joined_to_it() {
        let inner = nested("//b.example/x/", Some(&base())).and_then(|outer| nested("y/", Some(&outer)));
        assert_eq!(inner.unwrap().as_str(), "https://b.example/x/y/");
    }

    proptest! {
        #[test]
        fn an_absolute_address_is_kept_byte_for_byte(rest in "[a-zA-Z0-9/?&=%+'() ;,:@é~!*#.-]{0,40}[a-z]") {
            let given = format!("HTTPS://x.Example/{rest}");
            prop_assert_eq!(resolve(&format!(" {given}\n"), Some(&base())), Some(given));
        }

        #[test]
        fn a_joined_address_is_the_one_that_a_browser_would_ask_for(given in "[a-z0-9/?&=%'.: é-]{1,20}") {
            if let Some(joined) = resolve(&given, Some(&base())) {
                prop_assert_eq!(Url::parse(&joined).unwrap(), base().join(given.trim()).unwrap());
            }
        }
    }
}
