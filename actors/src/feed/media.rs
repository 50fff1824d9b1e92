//! Which of the addresses in an item is the item's media.
//!
//! In this order, the first that there is:
//!
//! 1. an enclosure that is sound or pictures in motion, by its type or its ending; the first of several;
//! 2. the best `media:content` that is: no sample before a sample, then `isDefault`, video before sound, the
//!    largest height, bitrate and size, and what stands first;
//! 3. the best `podcast:alternateEnclosure`, in the same way;
//! 4. an enclosure that may be anything (no type, `application/octet-stream`);
//! 5. the item's page: its link, an id that is one, a `media:player`;
//! 6. what only looks like a picture or a page, since nothing else is there.

use url::Url;

use super::base;

/// More than any item has; the rest is passed over, so that one item can't fill the memory.
const CANDIDATES_MAX: usize = 64;

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Video,
    Sound,
    /// Nobody says, or only that it is a file.
    Unknown,
    /// A picture or a page.
    Other,
}

impl Form {
    const fn is_media(self) -> bool {
        matches!(self, Self::Video | Self::Sound)
    }
}

/// What an item says of one of its addresses.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    pub(super) mime: Option<String>,
    pub(super) medium: Option<String>,
    pub(super) is_default: bool,
    pub(super) is_sample: bool,
    pub(super) height: u64,
    /// In whatever unit the feed uses; compared within one item only.
    pub(super) bitrate: u64,
    pub(super) size_bytes: u64,
    pub(super) duration_ms: Option<u64>,
}

#[derive(Debug, Clone)]
struct Candidate {
    url: String,
    form: Form,
    described: Described,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) url: String,
    /// What stands beside the address in milliseconds.
    pub(super) duration_ms: Option<u64>,
}

/// Where an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `enclosure`, `link rel="enclosure"`, `attachments`.
    Enclosure,
    /// `media:content`.
    Content,
    /// `podcast:source`.
    Alternate,
}

/// All addresses of an item.
#[derive(Debug, Clone, Default)]
pub(super) struct Media {
    enclosures: Vec<Candidate>,
    contents: Vec<Candidate>,
    alternates: Vec<Candidate>,
    /// Pages, the surest first.
    pages: [Option<String>; 4],
}

/// What says where the page of an item is; the first counts most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// A link that is said to be HTML, or says nothing.
    Link,
    /// A link of another type.
    OtherLink,
    /// An id that is an address.
    Id,
    /// `media:player`, `podcast:contentLink`.
    Player,
}

impl Media {
    /// Adds an address as given; one that is none of the web is passed over.
    pub(super) fn add(&mut self, place: Place, given: &str, base: Option<&Url>, described: Described) {
        let candidates = match place {
            Place::Enclosure => &mut self.enclosures,
            Place::Content => &mut self.contents,
            Place::Alternate => &mut self.alternates,
        };
        if candidates.len() >= CANDIDATES_MAX {
            return;
        }
        if let Some(url) = base::resolve(given, base) {
            let form = form(&url, described.mime.as_deref(), described.medium.as_deref());
            candidates.push(Candidate { url, form, described });
        }
    }

    /// Adds the address of a page; the first of its kind stays.
    pub(super) fn add_page(&mut self, page: Page, given: &str, base: Option<&Url>) {
        let known = &mut self.pages[page as usize];
        if known.is_none() {
            *known = base::resolve(given, base);
        }
    }

    /// Whether there is anything but a page.
    pub(super) fn has_files(&self) -> bool {
        [&self.enclosures, &self.contents, &self.alternates].iter().any(|places| !places.is_empty())
    }

    /// The address of the item.
    pub(super) fn choose(mut self) -> Option<Chosen> {
        let page = self.pages.iter_mut().find_map(Option::take).map(|url| Chosen { url, duration_ms: None });
        let first = |form: fn(Form) -> bool| move |one: &&Candidate| form(one.form);
        let enclosures = || self.enclosures.iter();
        enclosures()
            .find(first(Form::is_media))
            .or_else(|| best(self.contents.iter().filter(first(Form::is_media))))
            .or_else(|| best(self.alternates.iter().filter(first(Form::is_media))))
            .or_else(|| enclosures().find(first(|form| form == Form::Unknown)))
            .map(Candidate::chosen)
            .or(page)
            .or_else(|| {
                let left = enclosures().chain(&self.alternates).chain(&self.contents).next();
                left.map(Candidate::chosen)
            })
    }
}

impl Candidate {
    fn chosen(&self) -> Chosen {
        Chosen { url: self.url.clone(), duration_ms: self.described.duration_ms }
    }

    fn rank(&self) -> (bool, bool, bool, u64, u64, u64) {
        let Described { is_default, is_sample, height, bitrate, size_bytes, .. } = self.described;
        (!is_sample, is_default, self.form == Form::Video, height, bitrate, size_bytes)
    }
}

/// The best, and the first of equals.
fn best<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<&'a Candidate> {
    candidates.reduce(|best, next| if next.rank() > best.rank() { next } else { best })
}

/// What an address leads to: by its type, else by its ending. A type that says "picture" of an `.mp3` is wrong.
fn form(url: &str, mime: Option<&str>, medium: Option<&str>) -> Form {
    let said = mime.and_then(of_mime).or_else(|| medium.and_then(of_medium));
    let ending = of_ending(url);
    match (said, ending) {
        (Some(said), _) if said.is_media() => said,
        (_, Some(ending)) if ending.is_media() => ending,
        (Some(said), _) => said,
        (None, ending) => ending.unwrap_or(Form::Unknown),
    }
}

fn of_mime(mime: &str) -> Option<Form> {
    let mime = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match mime.as_str() {
        "application/ogg" => Some(Form::Sound),
        "application/x-mpegurl"
        | "application/vnd.apple.mpegurl"
        | "application/dash+xml"
        | "application/mp4" => Some(Form::Video),
        "application/x-shockwave-flash" | "text/html" | "application/xhtml+xml" => Some(Form::Other),
        _ if mime.starts_with("video/") => Some(Form::Video),
        _ if mime.starts_with("audio/") => Some(Form::Sound),
        _ if mime.starts_with("image/") => Some(Form::Other),
        _ => None,
    }
}

fn of_medium(medium: &str) -> Option<Form> {
    match medium.trim().to_ascii_lowercase().as_str() {
        "video" => Some(Form::Video),
        "audio" => Some(Form::Sound),
        "image" | "document" => Some(Form::Other),
        _ => None,
    }
}

fn of_ending(url: &str) -> Option<Form> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('/')?.1.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "mp4" | "m4v" | "mov" | "webm" | "mkv" | "avi" | "flv" | "wmv" | "mpg" | "mpeg" | "ts" | "3gp"
        | "ogv" | "m3u8" | "mpd" => Some(Form::Video),
        "mp3" | "m4a" | "m4b" | "aac" | "ogg" | "oga" | "opus" | "flac" | "wav" | "wma" | "aif" | "aiff"
        | "amr" => Some(Form::Sound),
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "svg" | "avif" | "pdf" | "html" | "htm" => {
            Some(Form::Other)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(build: impl FnOnce(&mut Media)) -> Option<String> {
        let mut media = Media::default();
        build(&mut media);
        media.choose().map(|chosen| chosen.url)
    }

    fn of(mime: &str) -> Described {
        Described { mime: Some(mime.to_owned()), ..Described::default() }
    }

    #[test]
    fn the_best_content_is_the_default_then_video_then_the_largest() {
        let content = |name: &str, described: Described| (format!("http://a.example/{name}"), described);
        let video = |height, bitrate| Described { height, bitrate, ..of("video/mp4") };
        let mut contents = vec![
            content("sound", Described { bitrate: 9_999, ..of("audio/mpeg") }),
            content("low", video(360, 900)),
            content("high", video(720, 500)),
            content("higher-rate", video(720, 800)),
            content("same", video(720, 800)),
            content("sample", Described { is_sample: true, is_default: true, ..video(2_160, 1) }),
            content("picture", of("image/jpeg")),
        ];
        let best = |contents: &[(String, Described)]| {
            chosen(|media| {
                for (url, described) in contents {
                    media.add(Place::Content, url, None, described.clone());
                }
            })
        };
        assert_eq!(best(&contents).unwrap(), "http://a.example/higher-rate");
        contents.push(content("default", Described { is_default: true, ..of("audio/mpeg") }));
        assert_eq!(best(&contents).unwrap(), "http://a.example/default");
    }

    #[test]
    fn the_order_of_what_there_is() {
        type Step = (&'static str, fn(&mut Media));
        let steps: [Step; 6] = [
            ("http://a.example/p.jpg", |media| {
                media.add(Place::Enclosure, "http://a.example/p.jpg", None, of("image/jpeg"));
            }),
            ("http://a.example/page", |media| media.add_page(Page::Link, "http://a.example/page", None)),
            ("http://a.example/get?id=1", |media| {
                media.add(
                    Place::Enclosure,
                    "http://a.example/get?id=1",
                    None,
                    of("application/octet-stream"),
                );
            }),
            ("http://a.example/alt", |media| {
                media.add(Place::Alternate, "http://a.example/alt", None, of("audio/opus"));
            }),
            ("http://a.example/content", |media| {
                media.add(Place::Content, "http://a.example/content", None, of("video/mp4"));
            }),
            ("http://a.example/a.mp3", |media| {
                media.add(Place::Enclosure, "http://a.example/a.mp3", None, of("image/jpeg"));
            }),
        ];
        for many in 1..=steps.len() {
            let found = chosen(|media| steps[..many].iter().for_each(|(_, add)| add(media)));
            assert_eq!(found.as_deref(), Some(steps[many - 1].0));
        }
        assert_eq!(chosen(|_| ()), None);
    }
}
