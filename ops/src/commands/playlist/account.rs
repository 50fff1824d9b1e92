//! What became of every entry of a playlist, and what is gone at its source.

use clap::{Args, ValueEnum};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Entry, not_found};
pub(crate) use crate::answers::playlist::PlaylistAccount;
use crate::{
    answers::{
        Connection,
        playlist::{self as answers, GoneEntryEdge},
    },
    client::{Client, Document},
    commands::{failure::Failure, named},
    output::{Output, Table, clean, optional, word},
};

/// Which account to give.
#[derive(Debug, Args)]
pub(crate) struct Account {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// Also show the entries behind a number.
    #[arg(long, value_enum, value_name = "STANDING")]
    show: Option<Standing>,
    /// Only those entries with this reason.
    #[arg(long, value_name = "REASON", requires = "show")]
    reason: Option<String>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Standing {
    /// Its file is in the library.
    Kept,
    /// A job is on it.
    Wanted,
    /// Nobody tries, for a reason.
    Skipped,
    /// It was tried and given up, or is lost.
    Failed,
}

impl Standing {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Kept => "KEPT",
            Self::Wanted => "WANTED",
            Self::Skipped => "SKIPPED",
            Self::Failed => "FAILED",
        }
    }
}

/// What of a playlist is gone.
#[derive(Debug, Args)]
pub(crate) struct Gone {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// Only what is here, was kept and is lost, or was never saved.
    #[arg(long, value_enum, value_name = "HERE")]
    only: Option<Here>,
}

/// Whether what is gone at the source is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Here {
    /// Its file is in the library.
    Safe,
    /// It was kept, and is lost.
    Lost,
    /// It was never kept.
    NeverSaved,
}

impl Here {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::Safe => "SAFE",
            Self::Lost => "LOST",
            Self::NeverSaved => "NEVER_SAVED",
        }
    }
}

pub(crate) const ACCOUNT: Document<answers::account::Answer> =
    Document::repeatable(include_str!("account.graphql"));

pub(crate) const ACCOUNT_ENTRIES: Document<answers::account_entries::Answer> =
    Document::repeatable(include_str!("account_entries.graphql"));

pub(crate) const GONE: Document<answers::gone::Answer> = Document::repeatable(include_str!("gone.graphql"));

/// An account with the entries behind a number, when they were asked for.
#[derive(Debug, Clone, Serialize)]
struct Told {
    #[serde(flatten)]
    account: PlaylistAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<Entry>>,
}

impl PlaylistAccount {
    /// `8 listed: 5 kept, 2 skipped (2 private), 1 failed (1 lost)`.
    pub(crate) fn text(&self) -> String {
        let Self { listed, kept, wanted, skipped, failed, .. } = self;
        let numbers = [("KEPT", kept), ("WANTED", wanted), ("SKIPPED", skipped), ("FAILED", failed)];
        let some = numbers.into_iter().filter(|(_, count)| **count > 0);
        let parts: Vec<String> = some
            .map(|(standing, count)| format!("{count} {}{}", word(standing), self.reasons_of(standing)))
            .collect();
        if parts.is_empty() {
            format!("{listed} listed")
        } else {
            format!("{listed} listed: {}", parts.join(", "))
        }
    }

    fn reasons_of(&self, standing: &str) -> String {
        let of = self.reasons.iter().filter(|cell| cell.standing == standing);
        let named = of.filter_map(|cell| Some(format!("{} {}", cell.count, reason(cell.reason.as_deref()?))));
        let named: Vec<String> = named.collect();
        if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
    }
}

/// A word of ours, or a rule as somebody wrote it.
fn reason(reason: &str) -> String {
    let is_word = reason.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_word { word(reason) } else { clean(reason) }
}

/// What became of every entry of a playlist.
pub(crate) async fn account(client: &Client, id: &str) -> Result<PlaylistAccount, Failure> {
    let part = client.ask(&ACCOUNT, json!({ "id": id })).await?;
    Ok(part.ok_or_else(|| not_found(id))?.account)
}

pub(super) async fn run(wanted: Account, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let id = named::id(client, crate::commands::playlist::KIND, &wanted.id).await?;
    let mut told = Told { account: account(client, &id).await?, entries: None };
    if let Some(standing) = wanted.show {
        let variables = json!({ "id": id, "standing": standing.name(), "reason": wanted.reason });
        told.entries = Some(pages(client, &ACCOUNT_ENTRIES, |part| part.account_entries, variables).await?);
    }
    Ok(output.show(&told, text)?)
}

pub(super) async fn gone(wanted: Gone, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let id = named::id(client, crate::commands::playlist::KIND, &wanted.id).await?;
    let variables = json!({ "id": id, "here": wanted.only.map(Here::name) });
    let gone = pages(client, &GONE, |part| part.gone, variables).await?;
    Ok(output.show(&gone, |gone| gone_text(gone))?)
}

/// Every node of a connection of a playlist.
async fn pages<P: DeserializeOwned, C: Connection>(
    client: &Client,
    document: &Document<Option<P>>,
    page_of: fn(P) -> C,
    mut variables: Value,
) -> Result<Vec<C::Node>, Failure> {
    let id = variables["id"].as_str().unwrap_or_default().to_owned();
    variables["first"] = ROWS.into();
    let mut nodes = Vec::new();
    loop {
        let page = page_of(client.ask(document, &variables).await?.ok_or_else(|| not_found(&id))?);
        let next = page.next();
        nodes.extend(page.into_nodes());
        match next {
            Some(cursor) => variables["after"] = cursor.into(),
            None => return Ok(nodes),
        }
    }
}

/// Entries of a page: with fifty fields each within the server's limit on what a request may cost.
const ROWS: u32 = 100;

fn text(told: &Told) -> String {
    let mut text = told.account.text();
    if let Some(entries) = &told.entries {
        let mut table = Table::new(&["entry", "source", "kept", "title", "file"]);
        for entry in entries {
            table.row(row(entry));
        }
        text.push('\n');
        text.push_str(&table.text("no entries"));
    }
    text
}

fn row(entry: &Entry) -> [String; 5] {
    [
        entry.id.clone(),
        entry.source_state(),
        entry.kept(),
        optional(entry.title.as_deref()),
        optional(entry.path()),
    ]
}

fn gone_text(gone: &[GoneEntryEdge]) -> String {
    let mut table = Table::new(&["here", "source", "title", "file", "entry"]);
    for GoneEntryEdge { here, entry } in gone {
        let [id, source, _, title, file] = row(entry);
        table.row([word(here), source, title, file, id]);
    }
    table.text("nothing is gone at the source")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::playlist::AccountReason;

    #[test]
    fn an_account_names_what_there_is_with_its_reasons() {
        let cell = |standing: &str, reason: Option<&str>, count| AccountReason {
            standing: standing.to_owned(),
            reason: reason.map(str::to_owned),
            count,
        };
        let account = PlaylistAccount {
            listed: 11,
            kept: 5,
            wanted: 0,
            skipped: 5,
            failed: 1,
            reasons: vec![
                cell("KEPT", None, 5),
                cell("SKIPPED", Some("title!=Big_Trailer"), 3),
                cell("SKIPPED", Some("not_wanted"), 2),
                cell("FAILED", Some("lost"), 1),
            ],
        };
        assert_eq!(
            account.text(),
            "11 listed: 5 kept, 5 skipped (3 title!=Big_Trailer, 2 not wanted), 1 failed (1 lost)"
        );
    }
}
