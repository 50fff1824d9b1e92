//! What is read of each feed: valid ones, odd ones, broken ones.

mod broken;
mod json;
mod letters;
mod media;
mod odd;
mod valid;

use super::told;

/// A feed and what is read of it.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) content_type: Option<&'static str>,
    pub(super) feed: Vec<u8>,
    read: &'static str,
    /// Why it is not compared with feedparser, if it is not.
    pub(super) alone: Option<&'static str>,
}

impl Case {
    fn of(name: &'static str, feed: impl Into<Vec<u8>>, read: &'static str) -> Self {
        Self { name, content_type: None, feed: feed.into(), read, alone: None }
    }

    fn sent_as(self, content_type: &'static str) -> Self {
        Self { content_type: Some(content_type), ..self }
    }

    /// feedparser reads less or other of it, and this is why.
    fn alone(self, why: &'static str) -> Self {
        Self { alone: Some(why), ..self }
    }
}

/// An RSS feed called "Show" with these items in it.
fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" \
         xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n<title>Show</title>\n{items}\n</channel>\n</rss>\n"
    )
}

/// An item called "One" at `/1.mp3`, with `more` in it.
fn one(more: &str) -> String {
    format!(
        "<item><title>One</title><enclosure url=\"http://m.example/1.mp3\" type=\"audio/mpeg\"/>{more}</item>"
    )
}

/// A well-written item after a bad one.
const LAST: &str = "<item><title>Last</title><enclosure url='http://m.example/last.mp3'/></item>";

/// An Atom feed called "Show" with these entries in it.
fn atom(entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>Show</title>\n<id>urn:show</id>\n{entries}\n</feed>\n"
    )
}

/// Every feed of the corpus.
pub(super) fn all() -> Vec<Case> {
    [valid::cases(), odd::cases(), letters::cases(), media::cases(), broken::cases(), json::cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn check(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for case in cases {
        let expected: Vec<&str> = case.read.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let found = told(&case.feed, case.content_type);
        if found != expected {
            wrong.push(format!("{}\n  expected {expected:#?}\n  found {found:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_valid_feed_is_read_whatever_its_kind() {
    check(valid::cases());
}

// Field 09.
#[test]
fn an_odd_feed_is_read_as_it_is_meant() {
    check(odd::cases());
}

// Field 10.
#[test]
fn letters_are_what_they_are_meant_to_be() {
    check(letters::cases());
}

// Field 16b, 16c, 16e.
#[test]
fn an_item_has_the_address_of_its_media() {
    check(media::cases());
}

#[test]
fn a_feed_that_breaks_off_says_where_and_what_came_before_is_true() {
    check(broken::cases());
}

// Field 06.
#[test]
fn a_json_feed_is_read_item_by_item() {
    check(json::cases());
}

#[test]
fn there_are_enough_of_them_and_no_two_have_one_name() {
    let names: std::collections::BTreeSet<_> = all().iter().map(|case| case.name).collect();
    assert_eq!(names.len(), all().len());
    assert!(names.len() >= 40, "{}", names.len());
}
