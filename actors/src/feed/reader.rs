//! One feed, from its first byte to its last.

use std::{
    fmt,
    io::{BufRead, Chain, Cursor, Read as _},
    ops::ControlFlow,
};

use mediary_schema::{FailureClass, job::Failure, playlist::ObservedPlaylist};
use url::Url;

use super::{
    broken::Broken,
    encoding::{self, Chosen, Decoded},
    json,
    rows::{Row, Rows},
    sniff::{HEAD_BYTES, Kind, sniff},
    xml,
};

/// What is known of an answer besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The header `Content-Type`, with its charset.
    pub content_type: Option<&'a str>,
    /// Where the answer came from, after all redirects: what relative addresses are joined to.
    pub address: &'a Url,
}

/// How the reading of a feed ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The end of the feed was seen: what is not in it (or in its other pages) is not in the list.
    Complete,
    /// It breaks off.
    Broken(Broken),
    /// Nobody listened any more.
    Stopped,
}

/// What was learnt from a feed besides its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// All that it says of the list.
    pub list: ObservedPlaylist,
    /// The page that goes on with the list, or the archive of what is older (RFC 5005, JSON Feed). A feed may name
    /// itself or a page that was read: whoever follows has to look.
    pub next: Option<String>,
    /// How many items became rows.
    pub entries: u32,
    /// How many did not.
    pub skipped: u32,
}

/// A feed that is about to be read.
pub struct Reader<R> {
    source: Chain<Cursor<Vec<u8>>, R>,
    kind: Kind,
    encoding: Chosen,
    base: Url,
    first_index: u32,
}

impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reader").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl<R: BufRead> Reader<R> {
    /// Looks at the beginning.
    ///
    /// # Errors
    /// `Unsupported` if this is no feed, and `Storage` if it can't be read from the disk.
    pub fn open(mut input: R, answer: &Answer<'_>) -> Result<Self, Failure> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let read = input.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head);
        read.map_err(|error| Broken::unread(1, &error).failure())?;
        let kind = sniff(&head, answer.content_type).ok_or_else(|| {
            let message = "this is no feed: neither RSS, Atom nor JSON Feed begins here";
            Failure::new(FailureClass::Unsupported, message)
        })?;
        let encoding = encoding::choose(&head, answer.content_type);
        let source = Cursor::new(head).chain(input);
        Ok(Self { source, kind, encoding, base: answer.address.clone(), first_index: 1 })
    }

    /// Counts items from `index`, since pages before this one had some.
    #[must_use]
    pub fn counting_from(self, index: u32) -> Self {
        Self { first_index: index, ..self }
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Hands on row by row until the end or until `sink` breaks; nothing is held that was handed on.
    pub fn read(self, mut sink: impl FnMut(Row) -> ControlFlow<()>) -> Outcome {
        let mut rows = Rows::new(self.first_index, &mut sink);
        let source = Decoded::new(self.source, self.encoding);
        let Page { end, next } = match self.kind {
            Kind::Json => json::read(source, &self.base, &mut rows),
            kind @ (Kind::Rss | Kind::Rdf | Kind::Atom) => xml::read(source, kind, self.base, &mut rows),
        };
        // An empty list is told, too.
        rows.tell();
        let end = if rows.is_stopped { End::Stopped } else { end };
        Outcome { end, list: rows.list, next, entries: rows.entries, skipped: rows.skipped }
    }
}

/// How the reading of the markup ended.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) end: End,
    pub(super) next: Option<String>,
}

/// The page that goes on with a list, joined to its base.
///
/// # Errors
/// If it can't be fetched: without it the list would only look whole.
pub(super) fn next_page(given: &str, base: &Url) -> Result<String, &'static str> {
    super::base::resolve(given, Some(base))
        .filter(|url| url.parse::<mediary_schema::Address>().is_ok())
        .ok_or("the address of its next page can't be used")
}
