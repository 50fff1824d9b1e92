use url::{Host, Url};

/// Query parameters that say who sent a link, never what it shows.
const TRACKING: [&str; 10] =
    ["fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "si", "feature", "pp"];
const TRACKING_PREFIX: &str = "utm_";

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
            Self::Credentials => {
                "remove `user:password@` from it: addresses are kept for ever and are no place for secrets"
            }
        }
    }
}

impl crate::Rejection for UrlRefused {
    fn code(&self) -> &'static str {
        "URL_REFUSED"
    }

    fn advice(&self) -> Option<String> {
        Some(Self::advice(self).to_owned())
    }
}

/// The one spelling of an address that stands for all of its spellings. Idempotent.
///
/// Lower-case scheme and host, no default port, no fragment, no tracking parameters, parameters in
/// their order; one address per YouTube list, however it was copied.
pub fn canonical_url(text: &str) -> Result<Url, UrlRefused> {
    let text = text.trim();
    if text.starts_with('-') {
        return Err(UrlRefused::LooksLikeOption { text: text.to_owned() });
    }
    let mut url = Url::parse(text).map_err(|_| UrlRefused::Malformed { text: text.to_owned() })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlRefused::Scheme { scheme: url.scheme().to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlRefused::Credentials);
    }
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !TRACKING.contains(&name.as_ref()) && !name.starts_with(TRACKING_PREFIX))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    set_query(&mut url, &kept);
    youtube(&mut url);
    Ok(url)
}

fn set_query(url: &mut Url, pairs: &[(String, String)]) {
    if pairs.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
}

/// YouTube shows the same list under several hosts, and the list inside the address of each video in it.
fn youtube(url: &mut Url) {
    let Some(Host::Domain(host)) = url.host() else { return };
    if !matches!(host, "youtube.com" | "m.youtube.com" | "music.youtube.com" | "www.youtube.com" | "youtu.be")
    {
        return;
    }
    let video_in_path = (host == "youtu.be").then(|| url.path().trim_start_matches('/').to_owned());
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let list = parameter("list").filter(|list| !list.starts_with("RD"));
    let video = parameter("v").or(video_in_path).filter(|video| !video.is_empty());
    let (path, pairs) = match (list, video) {
        (Some(list), _) => ("/playlist", vec![("list".to_owned(), list)]),
        (None, Some(video)) => ("/watch", vec![("v".to_owned(), video)]),
        (None, None) => {
            let path = url.path().to_owned();
            let pairs: Vec<_> =
                url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            rewrite(url, path.trim_end_matches('/'), &pairs);
            return;
        }
    };
    rewrite(url, path, &pairs);
}

fn rewrite(url: &mut Url, path: &str, pairs: &[(String, String)]) {
    url.set_scheme("https").expect("http and https may be exchanged");
    url.set_host(Some("www.youtube.com")).expect("it is a host name");
    url.set_path(path);
    set_query(url, pairs);
}
