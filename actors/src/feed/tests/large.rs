//! A feed of 50 MB in flat memory, and how fast a common one is read.

use std::{
    fmt::Write as _,
    fs,
    io::{self, BufRead, BufReader, Read},
    ops::ControlFlow,
};

use url::Url;

use super::{ADDRESS, read};
use crate::feed::{Answer, End, Reader, Row};

const MIB: u64 = 1024 * 1024;

/// A feed that is made while it is read: a beginning, `count` times an item, an end.
struct Made<F> {
    item: F,
    count: u64,
    next: u64,
    end: &'static str,
    piece: Vec<u8>,
    taken: usize,
}

impl<F: Fn(u64) -> String> Made<F> {
    fn new(beginning: &str, count: u64, end: &'static str, item: F) -> Self {
        Self { item, count, next: 0, end, piece: beginning.into(), taken: 0 }
    }
}

impl<F: Fn(u64) -> String> Read for Made<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            self.piece = match self.next {
                number if number < self.count => (self.item)(number).into_bytes(),
                number if number > self.count => return Ok(0),
                _ => self.end.into(),
            };
            self.next += 1;
            self.taken = 0;
        }
        let length = (&self.piece[self.taken..]).read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}

/// What this process holds, or held at most, in bytes (`VmRSS`, `VmHWM`).
fn memory_bytes(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Reads a feed and looks at what the system says that this took at most.
///
/// A process of its own for each test (nextest) makes this a measure of the reader; together in one process
/// they could only measure more.
fn read_in_little(feed: impl BufRead, expected: u64) {
    // The peak so far is forgotten where the system lets us; where it doesn't, this can only measure more.
    fs::write("/proc/self/clear_refs", "5").unwrap_or_default();
    let before = memory_bytes("VmRSS");
    let address = Url::parse(ADDRESS).unwrap();
    let reader = Reader::open(feed, &Answer { content_type: None, address: &address }).unwrap();
    let mut entries = 0;
    let outcome = reader.read(|row| {
        entries += u64::from(matches!(row, Row::Entry(_)));
        ControlFlow::Continue(())
    });
    assert_eq!((outcome.end, entries), (End::Complete, expected));
    let grown = memory_bytes("VmHWM").saturating_sub(before);
    assert!(grown < 30 * MIB, "{} KiB", grown / 1024);
}

fn rss(count: u64, item: impl Fn(u64) -> String) -> impl BufRead {
    BufReader::new(Made::new("<rss><channel><title>Show</title>", count, "</channel></rss>", item))
}

#[test]
fn fifty_megabytes_of_items_are_read_in_little_memory() {
    let text = "Words &amp; words about it. ".repeat(20);
    let item = |number: u64| {
        format!(
            "<item><title>Episode {number}</title><guid>{number}</guid><description>{text}</description>\
             <content:encoded><![CDATA[<p>{text}</p>]]></content:encoded>\
             <enclosure url=\"http://m.example/{number}.mp3\" length=\"1\" type=\"audio/mpeg\"/></item>"
        )
    };
    let count = 50 * MIB / item(1).len() as u64;
    read_in_little(rss(count, item), count);
}

#[test]
fn an_item_without_end_is_read_in_little_memory() {
    let text = "x".repeat(1024);
    // Each part of a feed that could be without end.
    for (opening, closing) in [
        ("<item><description>", "</description><link>http://a.example/1</link></item>"),
        ("<item><description><![CDATA[", "]]></description><link>http://a.example/1</link></item>"),
        ("<item><title>", "</title><link>http://a.example/1</link></item>"),
        ("<item><link>http://a.example/1</link><a b='", "'/></item>"),
        ("<!-- ", "--><item><link>http://a.example/1</link></item>"),
    ] {
        let count = 10 * 1024;
        let item = |number: u64| match number {
            0 => opening.to_owned(),
            number if number == count - 1 => closing.to_owned(),
            _ => text.clone(),
        };
        read_in_little(rss(count, item), 1);
    }
    let item = |number: u64| match number {
        0 => "<item><link>http://a.example/1</link>".to_owned(),
        200_000 => "</item>".to_owned(),
        number => format!("<media:content url='http://m.example/{number}.mp4'/><x{number}>"),
    };
    read_in_little(rss(200_001, item), 1);
}

#[test]
fn fifty_megabytes_of_json_are_read_in_little_memory() {
    let beginning = "{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [null";
    let text = "Words and \\u00e9 words about it. ".repeat(40);
    let item = |number: u64| {
        format!(
            ",{{\"id\": {number}, \"content_html\": \"{text}\", \"attachments\": [{{\"url\": \"http://m.example/{number}.mp3\"}}]}}"
        )
    };
    let count = 50 * MIB / item(1).len() as u64;
    read_in_little(BufReader::new(Made::new(beginning, count, "]}", item)), count);
    let long = "x".repeat(1024);
    let one = Made::new(
        "{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [{\"url\": \"http://a.example/1\", \"title\": \"",
        10 * 1024,
        "\"}]}",
        |_| long.clone(),
    );
    read_in_little(BufReader::new(one), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a figure for people, not a verdict")]
fn five_thousand_entries_are_read_at_once() {
    let words = "Words about it. ".repeat(30);
    let mut items = String::new();
    for number in 0..5_000 {
        let second = number % 60;
        writeln!(
            items,
            "<item><title>Episode {number} &amp; more</title><guid isPermaLink=\"false\">{number}</guid>\
             <pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate><description>{words}</description>\
             <itunes:duration>1:00:{second}</itunes:duration>\
             <enclosure url=\"http://m.example/{number}.mp3\" length=\"1\" type=\"audio/mpeg\"/></item>"
        )
        .unwrap();
    }
    let feed = format!("<rss><channel><title>Show</title>{items}</channel></rss>");
    let begun = std::time::Instant::now();
    let (rows, outcome) = read(feed.as_bytes(), None).unwrap();
    eprintln!("5,000 entries, {} KiB: {:?}", feed.len() / 1024, begun.elapsed());
    assert_eq!((rows.len(), outcome.end), (5_001, End::Complete));
}
