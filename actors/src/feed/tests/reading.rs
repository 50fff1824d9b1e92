//! What holds for the reading of every feed.

use std::{
    fmt::Write as _,
    io::{self, BufReader, Read},
    ops::ControlFlow,
};

use mediary_schema::{FailureClass, bounded};
use proptest::prelude::*;
use url::Url;

use super::{ADDRESS, corpus, read, told};
use crate::feed::{Answer, End, Reader, Row};

fn items(count: usize) -> String {
    let mut items = String::new();
    for number in 1..=count {
        writeln!(items, "<item><title>{number}</title><link>http://a.example/{number}</link></item>")
            .unwrap();
    }
    format!("<rss><channel><title>Show</title>\n{items}</channel></rss>")
}

fn open(feed: &str) -> Reader<&[u8]> {
    let address = Url::parse(ADDRESS).unwrap();
    Reader::open(feed.as_bytes(), &Answer { content_type: None, address: &address }).unwrap()
}

#[test]
fn the_list_is_told_before_its_first_row_and_once() {
    let (rows, outcome) = read(items(2).as_bytes(), None).unwrap();
    assert!(matches!(&rows[..], [Row::List(list), Row::Entry(_), Row::Entry(_)] if *list == outcome.list));
    assert_eq!((outcome.entries, outcome.skipped), (2, 0));
    let (rows, _) = read(items(0).as_bytes(), None).unwrap();
    assert!(matches!(&rows[..], [Row::List(list)] if list.extractor.as_deref() == Some("generic")));
}

#[test]
fn a_row_says_when_it_was_published() {
    let item = |date: &str| {
        let link = "<link>http://a.example/1</link>";
        let feed = format!(
            "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item>{link}{date}</item></channel></rss>"
        );
        feed.into_bytes()
    };
    let json =
        "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"url\": \"http://a.example/1\",
        \"date_published\": \"2015-10-21T09:28:00+02:00\"}]}";
    let atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='http://a.example/1'/>
        <published>2015-10-21T07:28:00Z</published><updated>2020-01-01T00:00:00Z</updated></entry></feed>";
    let known = Some("2015-10-21T07:28:00.000000Z".to_owned());
    for (feed, expected) in [
        (item("<pubDate>Wed, 21 Oct 2015 07:28:00 GMT</pubDate>"), known.clone()),
        (item("<pubDate>soon</pubDate><dc:date>2015-10-21T07:28:00Z</dc:date>"), known.clone()),
        (item("<pubDate>soon</pubDate>"), None),
        (item(""), None),
        (json.into(), known.clone()),
        (atom.into(), known),
    ] {
        let (rows, _) = read(feed.as_slice(), None).unwrap();
        let Some(Row::Entry(entry)) = rows.get(1) else { panic!("{rows:?}") };
        let told = entry.published_at.map(|at| at.to_string());
        assert_eq!(told, expected, "{}", String::from_utf8_lossy(&feed));
    }
}

#[test]
fn a_reader_that_nobody_listens_to_ends() {
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{\"url\": \"http://a/1\"}, {\"url\": \"http://a/2\"}]}";
    for feed in [items(3).as_str(), json] {
        let mut seen = 0;
        let outcome = open(feed).read(|row| {
            seen += 1;
            if matches!(row, Row::Entry(_)) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((outcome.end, seen), (End::Stopped, 2));
    }
}

#[test]
fn a_later_page_is_counted_on() {
    let mut indexes = Vec::new();
    open(&items(2)).counting_from(51).read(|row| {
        if let Row::Entry(entry) = row {
            indexes.push(entry.index);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(indexes, [51, 52]);
}

// Field 16e.
#[test]
fn a_title_of_300_kb_is_cut_and_an_id_or_address_of_300_kb_costs_its_row() {
    let long = "x".repeat(300_000);
    let rss = format!(
        "<rss><channel><item><title>{long}</title><link>http://a.example/1</link></item>
         <item><guid>{long}</guid><link>http://a.example/2</link></item>
         <item><enclosure url='http://m.example/{long}.mp3' type='audio/mpeg'/></item>
         <item><link>http://a.example/{long}</link></item>
         <item><title>Last</title><link>http://a.example/5</link></item></channel></rss>"
    );
    let json = format!(
        "{{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [{{\"title\": \"{long}\", \"url\": \"http://a.example/1\"}},
         {{\"id\": \"{long}\", \"url\": \"http://a.example/2\"}}, {{\"attachments\": [{{\"url\": \"http://m.example/{long}\"}}]}},
         {{\"url\": \"http://a.example/{long}\"}}, {{\"title\": \"Last\", \"url\": \"http://a.example/5\"}}]}}"
    );
    for feed in [rss, json] {
        let lines = told(feed.as_bytes(), None);
        assert!(lines[1].starts_with("1 xxxx") && lines[1].len() < bounded::TITLE_BYTES_MAX + 40);
        let skipped = "skipped: has an address or an id that is too long";
        assert_eq!(lines[2..5], [format!("2 {skipped}"), format!("3 {skipped}"), format!("4 {skipped}")]);
        assert_eq!(lines[5..], ["5 Last | http://a.example/5"]);
    }
}

#[test]
fn a_disk_that_can_not_be_read_is_no_broken_feed() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::PermissionDenied))
        }
    }
    let failure = read(BufReader::new(Failing), None).unwrap_err();
    assert_eq!(failure.class, FailureClass::Storage);
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"items\": [";
    for feed in [items(300), format!("{json}{}", "{\"url\": \"http://a/1\"},\n".repeat(300))] {
        let (rows, outcome) =
            read(BufReader::new(feed.as_bytes()[..feed.len() - 30].chain(Failing)), None).unwrap();
        let End::Broken(broken) = outcome.end else { panic!("{:?}", outcome.end) };
        assert_eq!(broken.failure().class, FailureClass::Storage);
        assert!(rows.len() > 290 && broken.line > 290, "{} {broken}", rows.len());
    }
}

#[test]
fn a_broken_feed_is_a_failure_with_its_line() {
    let feed = items(2).replace("</channel></rss>", "");
    let (_, outcome) = read(feed.as_bytes(), None).unwrap();
    let End::Broken(broken) = outcome.end else { panic!("{:?}", outcome.end) };
    let failure = broken.failure();
    assert_eq!(failure.class, FailureClass::Damaged);
    assert_eq!(failure.message, "broken feed, line 4: it breaks off before its end");
}

#[test]
fn elements_without_end_cost_no_memory_and_no_row() {
    let deep = "<b>".repeat(100_000);
    let feed = format!(
        "<rss><channel><item><description>{deep}</description><link>http://a.example/1</link></item></channel></rss>"
    );
    assert_eq!(told(feed.as_bytes(), None), ["# -", "1 - | http://a.example/1"]);
}

// How an answer comes in pieces says nothing about it.
#[test]
fn a_feed_is_the_same_in_whatever_pieces_it_comes() {
    for case in corpus::all() {
        let whole = read(case.feed.as_slice(), case.content_type);
        for capacity in [1, 3, 64] {
            let pieces = read(BufReader::with_capacity(capacity, case.feed.as_slice()), case.content_type);
            assert_eq!(pieces, whole, "{}", case.name);
        }
    }
}

// A cut feed is never taken for a whole one, and all of its rows are rows of the whole one.
#[test]
fn no_beginning_of_a_feed_is_complete() {
    for case in corpus::all() {
        let Ok((rows, outcome)) = read(case.feed.as_slice(), case.content_type) else { continue };
        // Without its last tag a channel counts as whole, and here items stand behind it.
        if outcome.end != End::Complete || case.name == "items after the channel" {
            continue;
        }
        let text_end = case.feed.iter().rposition(|byte| matches!(byte, b'>' | b'}')).unwrap();
        let mut complete_from = case.feed.len();
        // Every third byte: any place of a letter, a tag and a text is hit in one of so many feeds.
        for cut in (0..=text_end).rev().step_by(3) {
            let Ok((part, outcome)) = read(&case.feed[..cut], case.content_type) else { continue };
            if outcome.end == End::Complete {
                complete_from = cut;
                assert_eq!(part, rows, "{} cut at {cut}", case.name);
            } else {
                let entries = |rows: &[Row]| -> Vec<Row> {
                    rows.iter().filter(|row| !matches!(row, Row::List(_))).cloned().collect()
                };
                let (part, rows) = (entries(&part), entries(&rows));
                assert_eq!(part[..], rows[..part.len()], "{} cut at {cut}", case.name);
            }
        }
        // Only what stands behind the last item may be missing.
        let tail = case.feed.len() - complete_from;
        assert!(tail < 100, "{}: complete without its last {tail} bytes", case.name);
    }
}

proptest! {
    // invariant: E-8
    #[test]
    fn nothing_that_is_sent_makes_an_event_that_can_not_be_kept(
        prefix in "(<rss><channel>|<feed>|\\{\"version\":\"https://jsonfeed\\.org/version/1\",\"items\":\\[)",
        rest in "(<item>|</item>|<title>|</title>|<link>|<guid>|<enclosure url=\"|\"|/>|http://a/|<!\\[CDATA\\[|\\]\\]>|&amp;|&#xD83D;|[<>&;\"'=é{}:,\\\\\u{0}-\u{20}a]|\"url\":|\\\\ud83d){0,40}",
    ) {
        let (rows, _) = read(format!("{prefix}{rest}").as_bytes(), None).unwrap();
        for row in rows {
            if let Row::Entry(entry) = row {
                prop_assert!(entry.source.url.parse::<mediary_schema::Address>().is_ok());
                prop_assert!(entry.title.is_none_or(|title| !title.is_empty() && title.len() <= bounded::TITLE_BYTES_MAX));
                prop_assert!(!entry.source.source_id.is_empty());
            }
        }
    }
}
