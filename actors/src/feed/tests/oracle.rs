//! feedparser as the oracle: what it reads, we read.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::json;
use url::Url;

use super::{ADDRESS, corpus, read, told};
use crate::feed::Row;

/// Python with feedparser: an environment of its own beside the programs that tests run.
fn python() -> PathBuf {
    let programs = mediary_tools::private_folder().expect("`ops/test` installs the private tools");
    let python = programs.parent().expect("it is a folder of `.tools`").join("check/bin/python");
    assert!(python.is_file(), "feedparser is not installed: `ops/test` installs it");
    python
}

/// Entries by the name of their feed: the title, and all addresses.
type Told = BTreeMap<String, Vec<(String, Vec<String>)>>;

#[expect(clippy::disallowed_methods, reason = "the oracle is no part of the product")]
fn ask(feeds: &serde_json::Value) -> Told {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/feed/tests/oracle.py");
    let mut oracle = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`ops/test` installs feedparser");
    oracle.stdin.take().unwrap().write_all(feeds.to_string().as_bytes()).unwrap();
    let answer = oracle.wait_with_output().unwrap();
    assert!(answer.status.success(), "{}", answer.status);
    serde_json::from_slice(&answer.stdout).unwrap()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_feedparser_reads_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let cases: Vec<_> = corpus::all().into_iter().filter(|case| case.alone.is_none()).collect();
    let mut feeds = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let path = folder.path().join(format!("{number}.xml"));
        fs::write(&path, &case.feed).unwrap();
        feeds.push(
            json!({ "name": case.name, "path": path, "content_type": case.content_type, "address": ADDRESS }),
        );
    }
    let answer = ask(&json!(feeds));
    let mut compared = 0;
    let mut wrong = Vec::new();
    for case in &cases {
        let rows = read(case.feed.as_slice(), case.content_type).map(|(rows, _)| rows).unwrap_or_default();
        let mut ours = rows.iter().filter(|row| !matches!(row, Row::List(_)));
        for (title, addresses) in answer[case.name].iter().filter(|(_, addresses)| !addresses.is_empty()) {
            compared += 1;
            // In its order, and none of ours twice.
            let is_read = ours.by_ref().any(|row| match row {
                // Told with its reason is read, too.
                Row::Skipped { .. } => true,
                Row::Entry(entry) => {
                    let own = entry.title.as_deref().unwrap_or_default();
                    words(own) == *title
                        && addresses.iter().any(|address| is_same(address, &entry.source.url))
                }
                Row::List(_) => false,
            });
            if !is_read {
                wrong.push(format!(
                    "{}: {title:?} {addresses:?}, ours: {:#?}",
                    case.name,
                    told(&case.feed, case.content_type)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 60, "feedparser read only {compared} entries");
}

/// Whether both are one address; it writes some of them anew, and leaves others as they are.
fn is_same(one: &str, other: &str) -> bool {
    let base = Url::parse(ADDRESS).unwrap();
    let join = |text: &str| base.join(text.trim()).ok();
    one == other || (join(one).is_some() && join(one) == join(other))
}
