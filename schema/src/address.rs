//! Addresses of lists and items: kept and fetched as given, compared by a key.

use std::{fmt, str::FromStr};

use url::{Host, Url};

/// What YouTube adds to a link to say who sent it, never what it shows.
const TRACKING: [&str; 10] =
    ["fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "si", "feature", "pp"];
const TRACKING_PREFIX: &str = "utm_";
/// How yt-dlp passes orders to itself within an address.
const SMUGGLED: &str = "__youtubedl_smuggle";

/// Why an address can't be followed (LI-01).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// It looks like an option of a program.
    #[error("{text:?} begins with a dash and is no address")]
    LooksLikeOption {
        /// What was given.
        text: String,
    },
    /// It is not an address at all.
    #[error("{text:?} is no address of a page")]
    Malformed {
        /// What was given.
        text: String,
    },
    /// It is longer than any that a browser or a site takes.
    #[error("the address has {bytes} bytes, and {} are the most", Address::BYTES_MAX)]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// It is an address of another kind, such as `file:` or yt-dlp's `ytsearch:`.
    #[error("{scheme}: addresses can't be followed")]
    Scheme {
        /// The part before the colon.
        scheme: String,
    },
    /// It carries a password.
    #[error("the address carries a user name or password")]
    Credentials,
}

impl UrlRefused {
    /// What a person can do next.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::LooksLikeOption { .. } | Self::Malformed { .. } | Self::Scheme { .. } => {
                "give the full address as a browser shows it, beginning with http:// or https://"
            }
            Self::TooLong { .. } => {
                "give a shorter address of the same page, without what only says who sent it"
            }
            Self::Credentials => {
                "remove `user:password@` from it: addresses are kept for ever and are no place for secrets"
            }
        }
    }
}

/// An http(s) address: exactly as it was given, and the key by which two spellings are the same.
///
/// A server may tell `+` from `%20` and sign every byte, so what is fetched is what was given. The key is for
/// sameness only; it is derived where a command enters and stored nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    given: String,
    key: String,
}

impl Address {
    /// The longest address: more than browsers and sites take, and little enough for an event.
    pub const BYTES_MAX: usize = 8 * 1024;

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// What all spellings of the address have in common.
    ///
    /// Lower-case scheme and host, no default port, escapes of letters and digits undone; the query as it is,
    /// byte for byte. Of the part behind `#` only a page's own route (`#/…`, `#!…`) counts, not a place in the page.
    /// On YouTube what only says who sent a link is left out, and there is one key per list or video, however
    /// it was copied.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// What an address shows that opens a video from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoOfList {
    /// The video alone.
    pub video: Address,
    /// The list that it was opened from.
    pub list: Address,
}

impl Address {
    /// The video and its list, if the address names both: whoever copied it looked at the one, and a program that
    /// follows lists would take the other. Known for YouTube, whose addresses of videos carry the list along.
    pub fn video_of_list(&self) -> Option<VideoOfList> {
        let url = Url::parse(&self.given).ok()?;
        let before_fragment = self.given.split_once('#').map_or(self.given.as_str(), |(before, _)| before);
        let shown = Shown::on_youtube(&url, before_fragment.split_once('?').map(|(_, query)| query))?;
        let (video, list) = (shown.video?, shown.list?);
        let at = |path: String| format!("https://www.youtube.com{path}").parse().ok();
        Some(VideoOfList {
            video: at(format!("/watch?v={video}"))?,
            list: at(format!("/playlist?list={list}"))?,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.given)
    }
}

impl FromStr for Address {
    type Err = UrlRefused;

    fn from_str(text: &str) -> Result<Self, UrlRefused> {
        let text = text.trim();
        if text.len() > Self::BYTES_MAX {
            return Err(UrlRefused::TooLong { bytes: text.len() });
        }
        let malformed = || UrlRefused::Malformed { text: text.to_owned() };
        if text.starts_with('-') {
            return Err(UrlRefused::LooksLikeOption { text: text.to_owned() });
        }
        let url = Url::parse(text).map_err(|_| malformed())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlRefused::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlRefused::Credentials);
        }
        let key = key(text, &url);
        // A browser sends it with everything escaped.
        if key.len() > Self::BYTES_MAX {
            return Err(UrlRefused::TooLong { bytes: key.len() });
        }
        // The parser passes over tabs and ends of lines, and an address is no place for orders to yt-dlp, in whichever
        // letters: the key has small ones, and no escapes.
        let has_orders = |text: &str| text.to_ascii_lowercase().contains(SMUGGLED);
        if text.chars().any(char::is_control) || has_orders(text) || has_orders(&key) {
            return Err(malformed());
        }
        Ok(Self { given: text.to_owned(), key })
    }
}

fn key(text: &str, url: &Url) -> String {
    let (before_fragment, fragment) = text.split_once('#').unwrap_or((text, ""));
    let query = before_fragment.split_once('?').map(|(_, query)| query);
    youtube(url, query).unwrap_or_else(|| {
        let path = plain(url.path());
        let query = query.map(|query| format!("?{}", plain(query))).unwrap_or_default();
        let is_route = fragment.starts_with(['/', '!']);
        let route = if is_route { format!("#{}", plain(fragment)) } else { String::new() };
        format!("{}{path}{query}{route}", url.origin().ascii_serialization())
    })
}

/// The text without escapes of what never needs one (`%66` is `f`); every other byte stays as it is.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('%') {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let escaped = rest.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let length = match escaped.map(char::from) {
            Some(letter) if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | '~') => {
                plain.push(letter);
                3
            }
            _ => {
                plain.push('%');
                1
            }
        };
        rest = &rest[length..];
    }
    plain + rest
}

/// What an address of YouTube names.
struct Shown {
    video: Option<String>,
    list: Option<String>,
}

impl Shown {
    fn on_youtube(url: &Url, query: Option<&str>) -> Option<Self> {
        const HOSTS: [&str; 5] =
            ["youtube.com", "m.youtube.com", "music.youtube.com", "www.youtube.com", "youtu.be"];
        let Some(Host::Domain(host)) = url.host() else { return None };
        if !HOSTS.contains(&host) {
            return None;
        }
        let parts = || query.unwrap_or_default().split('&').filter_map(|part| part.split_once('='));
        let parameter = |name: &str| {
            let value = parts().find(|(known, _)| plain(known) == name).map(|(_, value)| plain(value));
            value.filter(|value| !value.is_empty())
        };
        let video_in_path = (host == "youtu.be").then(|| plain(url.path().trim_start_matches('/')));
        let video = parameter("v").or(video_in_path).filter(|video| !video.is_empty());
        Some(Self { video, list: parameter("list") })
    }
}

/// YouTube shows the same list under several hosts, and the list inside the address of each video in it.
fn youtube(url: &Url, query: Option<&str>) -> Option<String> {
    let Shown { video, list } = Shown::on_youtube(url, query)?;
    // A mix is made anew for each video.
    let rest = match (list.filter(|list| !list.starts_with("RD")), video) {
        (Some(list), _) => format!("/playlist?list={list}"),
        (None, Some(video)) => format!("/watch?v={video}"),
        (None, None) => {
            let told: Vec<String> = query.unwrap_or_default().split('&').filter(is_told).map(plain).collect();
            let query = if told.is_empty() { String::new() } else { format!("?{}", told.join("&")) };
            format!("{}{query}", plain(url.path()).trim_end_matches('/'))
        }
    };
    Some(format!("https://www.youtube.com{rest}"))
}

/// Whether a part of a query says what is shown.
fn is_told(part: &&str) -> bool {
    let name = url::form_urlencoded::parse(part.as_bytes()).next().map(|(name, _)| name.into_owned());
    name.is_some_and(|name| !TRACKING.contains(&name.as_str()) && !name.starts_with(TRACKING_PREFIX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key_of(text: &str) -> String {
        text.parse::<Address>().unwrap().key().to_owned()
    }

    // LI-01.
    // invariant: P-6
    #[test]
    fn spellings_of_one_list_have_one_key() {
        for spelling in [
            "https://www.youtube.com/watch?v=abc&list=PL1&index=4",
            "http://youtube.com/playlist?list=PL1&si=xyz&feature=share",
            "https://youtu.be/abc?list=PL1",
            "  https://m.youtube.com/playlist?list=PL1#top ",
        ] {
            assert_eq!(key_of(spelling), "https://www.youtube.com/playlist?list=PL1", "{spelling}");
        }
        assert_eq!(
            key_of("https://www.youtube.com/@a/videos/?utm_source=x&view=0&s%69=1"),
            key_of("http://m.youtube.com/@a/videos?view=0")
        );
        assert_eq!(key_of("HTTP://Example.org:80/%66eed?b=%66#top"), "http://example.org/feed?b=f");
    }

    // Field 08: whoever pastes a video that was opened from a list wants the video.
    #[test]
    fn a_video_that_was_opened_from_a_list_is_that_video() {
        let opened = |text: &str| {
            let both = text.parse::<Address>().unwrap().video_of_list()?;
            Some((both.video.to_string(), both.list.to_string()))
        };
        let video_of = |list: &str| {
            let list = format!("https://www.youtube.com/playlist?list={list}");
            Some(("https://www.youtube.com/watch?v=abc".to_owned(), list))
        };
        for (text, list) in [
            ("https://www.youtube.com/watch?v=abc&list=PL1&index=4", "PL1"),
            ("http://m.youtube.com/watch?list=WL&v=abc#t=3", "WL"),
            ("https://youtu.be/abc?list=RDabc&si=x", "RDabc"),
            ("https://music.youtube.com/watch?v=abc&list=OLAK5", "OLAK5"),
        ] {
            assert_eq!(opened(text), video_of(list), "{text}");
        }
        for text in [
            "https://www.youtube.com/playlist?list=PL1",
            "https://www.youtube.com/watch?v=abc",
            "https://www.youtube.com/watch?v=abc&list=",
            "https://www.youtube.com/@a/videos?list=PL1",
            "https://video.example/watch?v=abc&list=PL1",
        ] {
            assert_eq!(opened(text), None, "{text}");
        }
    }

    // Core A8, field 07: a site that is not YouTube may mean something by each of these.
    #[test]
    fn what_another_site_may_mean_is_kept_apart() {
        let queries = [
            "",
            "?",
            "?flag",
            "?flag=",
            "?a%20b",
            "?a+b",
            "?sig=a%20b",
            "?sig=a+b%2Fc==",
            "?sig=a+b/c==",
            "?feature=news",
            "?feature=sport",
            "?si=1",
            "?si=2",
            "?pp=2",
            "?mc_cid=9",
            "?utm_source=x",
            "?name=caf%E9",
            "?name=caf%EF%BF%BD",
            "?a&&b",
            "?a&b",
            "?a=(1)",
            "?a=%281%29",
            "?a='",
            "?a=%27",
            "#/one",
            "#/two",
            "#!one",
        ];
        let keys: std::collections::HashSet<String> =
            queries.iter().map(|query| key_of(&format!("https://x.example/list{query}"))).collect();
        assert_eq!(keys.len(), queries.len(), "{keys:#?}");
    }

    // Core A8: what is fetched is what was given.
    #[test]
    fn an_address_is_kept_as_it_was_given() {
        for given in ["https://X.example/a?sig=a%20b+c%2F&flag&&x=%E9#t=3", "http://x.example:80/%66eed.xml"]
        {
            assert_eq!(format!(" {given}\n").parse::<Address>().unwrap().as_str(), given);
        }
    }

    // LI-01, lesson 14.
    // invariant: E-8
    #[test]
    fn what_is_no_page_is_refused() {
        let refused = |text: &str| text.parse::<Address>().unwrap_err();
        assert!(matches!(refused("--exec=x"), UrlRefused::LooksLikeOption { .. }));
        assert!(matches!(refused("ytsearch:cats"), UrlRefused::Scheme { .. }));
        assert!(matches!(refused("file:///etc/passwd"), UrlRefused::Scheme { .. }));
        assert!(matches!(refused("cats"), UrlRefused::Malformed { .. }));
        assert!(matches!(refused("http://a.example/\nb"), UrlRefused::Malformed { .. }));
        for orders in [
            "a.example/#__youtubedl_smuggle=x",
            "A__youtubeDl_smuggle.COM/",
            "a.example/%5F_youtubedl_smuggle",
        ] {
            assert!(matches!(refused(&format!("http://{orders}")), UrlRefused::Malformed { .. }), "{orders}");
        }
        assert!(matches!(refused("https://me:pw@example.org/"), UrlRefused::Credentials));
    }

    // Black box 24.
    #[test]
    fn an_address_longer_than_any_site_takes_is_refused() {
        let long = |bytes: usize| format!("http://a.example/{}", "a".repeat(bytes - 17)).parse::<Address>();
        assert!(long(Address::BYTES_MAX).is_ok());
        let refused = long(Address::BYTES_MAX + 1).unwrap_err();
        assert_eq!(refused.to_string(), "the address has 8193 bytes, and 8192 are the most");
        let escaped = format!("http://a.example/{}", "é".repeat(2000)).parse::<Address>().unwrap_err();
        assert_eq!(escaped.to_string(), "the address has 12017 bytes, and 8192 are the most");
    }

    proptest! {
        // The key of a key is itself, for every address.
        // invariant: P-6
        #[test]
        fn the_key_is_idempotent(path in "[a-zA-Z0-9/._~%-]{0,20}", query in "[a-z]{1,6}=[a-zA-Z0-9%+]{0,6}(&(si|utm_x|list|v|pp)=[A-Z]{1,4}){0,3}", host in "(example\\.org|youtu\\.be|www\\.YouTube\\.com|m\\.youtube\\.com)") {
            let address: Address = format!("http://{host}/{path}?{query}#t=3").parse().unwrap();
            // An escape that spells another escape (`%2566`) is none of an address's spellings.
            prop_assume!(!address.as_str().contains("%25"));
            prop_assert_eq!(&key_of(address.key()), address.key());
        }

        // Two addresses of a site that is not YouTube share a key only if they are the same, byte for byte.
        #[test]
        fn no_two_addresses_share_a_key(
            one in "(a|B|/|%20|%2B|%2F|%E9|\\+|=|&|'|\\(|%|%2|;|,){0,8}",
            other in "(a|B|/|%20|%2B|%2F|%E9|\\+|=|&|'|\\(|%|%2|;|,){0,8}",
        ) {
            let key = |query: &str| key_of(&format!("http://x.example/l?{query}"));
            prop_assert_eq!(key(&one) == key(&other), one == other);
        }
    }
}
