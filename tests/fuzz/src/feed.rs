//! A feed of whatever kind.

use std::{
    io::{BufRead, BufReader},
    ops::ControlFlow,
};

use mediary_actors::feed::{Answer, Outcome, Reader, Row};
use url::Url;

/// What a server may say of it; the first byte chooses.
const CONTENT_TYPES: [Option<&str>; 6] = [
    None,
    Some("application/rss+xml"),
    Some("application/feed+json"),
    Some("text/xml; charset=iso-8859-1"),
    Some("text/html; charset=utf-16"),
    Some("application/atom+xml; charset=windows-1251"),
];

/// A feed is the same however its bytes come.
pub(crate) fn feed(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let content_type = CONTENT_TYPES.get(usize::from(*kind) % CONTENT_TYPES.len()).copied().flatten();
    let at_once = read(bytes, content_type);
    let in_pieces = read(BufReader::with_capacity(7, bytes), content_type);
    assert_eq!(at_once, in_pieces);
}

fn read(source: impl BufRead, content_type: Option<&str>) -> Option<(Vec<Row>, Outcome)> {
    let address = Url::parse("https://media.example/feeds/news.xml").expect("it is an address");
    let mut rows = Vec::new();
    let reader = Reader::open(source, &Answer { content_type, address: &address }).ok()?;
    let outcome = reader.read(|row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    Some((rows, outcome))
}
