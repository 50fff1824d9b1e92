//! Feeds as people publish them, read as a whole.

mod corpus;
mod large;
mod mending;
mod oracle;
mod reading;
mod sniffing;

use std::{fmt::Write as _, io::BufRead, ops::ControlFlow};

use mediary_schema::{
    item::IdScope,
    job::Failure,
    playlist::{LiveStatus, ObservedEntry},
};
use url::Url;

use super::{Answer, End, Outcome, Reader, Row};

/// Where every feed of these tests was fetched from.
const ADDRESS: &str = "https://a.example/shows/feed.xml";

/// All rows of a feed, and what else was learnt.
fn read(feed: impl BufRead, content_type: Option<&str>) -> Result<(Vec<Row>, Outcome), Failure> {
    let address = Url::parse(ADDRESS).unwrap();
    let mut rows = Vec::new();
    let reader = Reader::open(feed, &Answer { content_type, address: &address })?;
    let outcome = reader.read(|row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    Ok((rows, outcome))
}

/// A feed as lines: `# title`, `index title | address | what else is known`, how it ended.
fn told(feed: &[u8], content_type: Option<&str>) -> Vec<String> {
    let (rows, outcome) = match read(feed, content_type) {
        Ok(read) => read,
        Err(failure) => return vec![format!("{:?}: {}", failure.class, failure.message)],
    };
    let mut lines = vec![format!("# {}", outcome.list.title.as_deref().unwrap_or("-"))];
    lines.extend(rows.iter().filter_map(|row| match row {
        Row::List(_) => None,
        Row::Entry(entry) => Some(told_entry(entry)),
        Row::Skipped { index, failure } => Some(format!(
            "{index} skipped: {}",
            failure.message.trim_start_matches(&format!("entry {index} "))
        )),
    }));
    lines.extend(outcome.next.map(|next| format!("next {next}")));
    if let End::Broken(broken) = &outcome.end {
        lines.push(broken.to_string());
    }
    lines
}

fn told_entry(entry: &ObservedEntry) -> String {
    let source = &entry.source;
    let title = entry.title.as_deref().unwrap_or("-");
    let mut line = format!("{} {title} | {}", entry.index, source.url);
    match (source.extractor.as_str(), entry.id_scope) {
        ("generic", IdScope::Source) => assert_eq!(source.source_id, source.url),
        ("generic", IdScope::List) => write!(line, " | id {}", source.source_id).unwrap(),
        (extractor, scope) => {
            assert_eq!(scope, IdScope::Source);
            write!(line, " | {extractor} {}", source.source_id).unwrap();
        }
    }
    if let Some(duration_ms) = entry.duration_ms {
        write!(line, " | {duration_ms} ms").unwrap();
    }
    match entry.live_status {
        LiveStatus::NotLive => {}
        status => write!(line, " | {status:?}").unwrap(),
    }
    line
}
