//! What is otherwise in a playlist at a later moment.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{Counts, not_found};
use crate::{
    answers::{
        Connection as _,
        playlist::{EntryChange, EntryChangeConnection, EntryFacts, diff},
    },
    client::{Client, Document},
    commands::{failure::Failure, moment as since, named},
    output::{Output, clean, duration, optional, word},
};

/// Which moments to compare.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// The first moment: a position, a time (2026-11-21T08:00:00Z, 2026-11-21, 7d), the job of a refresh, or an event;
    /// the last refresh but one if left out.
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// The second moment; now if left out.
    #[arg(long, value_name = "T")]
    to: Option<String>,
}

pub(crate) const DIFF: Document<diff::Answer> = Document::repeatable(include_str!("diff.graphql"));

/// What differs between two moments.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaylistDiff {
    from_position: u64,
    to_position: u64,
    total_count: u64,
    counts: Counts,
    changes: Vec<EntryChange>,
}

/// Changes of a page: with thirty fields each, beside what the comparison costs, within the server's limit.
const ROWS: u32 = 100;

pub(super) async fn run(wanted: Diff, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let id = named::id(client, crate::commands::playlist::KIND, &wanted.id).await?;
    let moment = |text: Option<String>| text.map(|text| spelt(&text));
    let mut variables =
        json!({ "id": id, "first": ROWS, "from": moment(wanted.from), "to": moment(wanted.to) });
    let mut whole: Option<PlaylistDiff> = None;
    loop {
        let part = client.ask(&DIFF, &variables).await?;
        let page = part.ok_or_else(|| not_found(&id))?.diff;
        let next = page.next();
        let EntryChangeConnection { nodes, total_count, from_position, to_position, counts, .. } = page;
        let told = whole.get_or_insert_with(|| PlaylistDiff {
            from_position,
            to_position,
            total_count,
            counts,
            changes: Vec::new(),
        });
        told.changes.extend(nodes);
        let Some(cursor) = next else { return Ok(output.show(told, text)?) };
        // The next page is of the same comparison, whatever happened meanwhile.
        variables["from"] = from_position.to_string().into();
        variables["to"] = to_position.to_string().into();
        variables["after"] = cursor.into();
    }
}

/// A time as the server reads it; what is none is passed on.
fn spelt(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    since::parse(text).unwrap_or_else(|_| text.to_owned())
}

fn text(diff: &PlaylistDiff) -> String {
    let PlaylistDiff { from_position, to_position, counts, changes, .. } = diff;
    let mut text = format!("from {from_position} to {to_position}: {}\n", counts.text());
    for change in changes {
        text.extend(["    ", &clean(&line(change)), "\n"]);
    }
    text
}

fn line(change: &EntryChange) -> String {
    let EntryChange { kind, before, after, .. } = change;
    let title = |facts: &EntryFacts| format!("“{}”", facts.title.as_deref().unwrap_or(&facts.url));
    let known = before.as_ref().unwrap_or(after);
    let more = match (kind.as_str(), before) {
        ("RENAMED", _) => format!(" to {}", title(after)),
        ("UNAVAILABLE", _) => format!(" ({})", word(&after.availability)),
        ("DESCRIBED", Some(before)) => described(before, after),
        _ => String::new(),
    };
    format!("{:<11}  {}{more}", word(kind), title(known))
}

/// In what a description differs.
fn described(before: &EntryFacts, after: &EntryFacts) -> String {
    let length = |facts: &EntryFacts| optional(facts.duration_ms.map(duration).as_deref());
    let pairs = [
        ("length", length(before), length(after)),
        ("live", word(&before.live_status), word(&after.live_status)),
        ("address", before.url.clone(), after.url.clone()),
    ];
    let differing = pairs.into_iter().filter(|(_, before, after)| before != after);
    let told: Vec<String> =
        differing.map(|(what, before, after)| format!("{what} {before} → {after}")).collect();
    format!(": {}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(title: &str) -> EntryFacts {
        EntryFacts {
            title: Some(title.to_owned()),
            url: "http://a.example/1".to_owned(),
            duration_ms: Some(61_000),
            availability: "AVAILABLE".to_owned(),
            live_status: "NOT_LIVE".to_owned(),
        }
    }

    fn told(kind: &str, before: Option<EntryFacts>, after: EntryFacts) -> String {
        let (entry_id, item_id) = ("entry-1".to_owned(), "item-1".to_owned());
        line(&EntryChange { kind: kind.to_owned(), entry_id, item_id, before, after })
    }

    #[test]
    fn a_change_says_what_was_and_what_is() {
        assert_eq!(told("ADDED", None, facts("One")), "added        “One”");
        assert_eq!(told("RENAMED", Some(facts("One")), facts("Uno")), "renamed      “One” to “Uno”");
        let longer = EntryFacts { duration_ms: Some(62_000), ..facts("One") };
        assert_eq!(told("DESCRIBED", Some(facts("One")), longer), "described    “One”: length 1:01 → 1:02");
    }

    #[test]
    fn a_moment_is_passed_on_as_it_is_unless_it_is_a_time() {
        assert_eq!(spelt("17"), "17");
        assert_eq!(spelt("job-x"), "job-x");
        assert_eq!(spelt("2026-11-21"), "2026-11-21T00:00:00Z");
    }
}
