//! `mediary playlist`: what is followed.

pub(crate) mod account;
mod cookies;
pub(crate) mod diff;
mod entry;
mod follow;
mod history;
mod object;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

pub(crate) use self::{
    account::{PlaylistAccount, account},
    cookies::AskedWith,
    entry::CONCERN,
    follow::{FOLLOW, follow},
    history::told_after,
    object::{Counts, Entry, Playlist, Shown, Unfollowed},
};
use super::{
    failure::Failure,
    intent::{Certainty, Intent},
    named::{self, Kind},
    noun::Verbs,
    page, plan,
    ticket::{Ticket, note_joined},
    wait,
};
use crate::{
    answers::{
        Connection as _,
        playlist::{self as answers, PlaylistOutcome},
    },
    client::{Client, Document},
    output::{Output, fields, plural, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("PLAYLIST", "playlist", "`mediary playlist list` shows what is followed");

/// Rows of lists, by what people call them.
pub(crate) const ENTRY: Kind =
    Kind::new("ENTRY", "entry", "`mediary playlist show` shows the entries of a list");

/// What can be done with playlists.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Follow a playlist, channel, feed or single item from now on, and refresh it.
    #[command(
        alias = "add",
        after_help = "Examples:\n  mediary playlist follow https://example.org/feed.xml --wait\n  mediary playlist follow https://example.org/feed.xml --keep new --every 6h\n  mediary playlist follow https://example.org/channel --keep new --filter title!=trailer --filter 'duration>=60s'"
    )]
    Follow(Box<follow::Follow>),
    /// List what is followed, oldest first.
    List {
        /// Only those with each of these words in title or address, in whichever case.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Show a playlist with its entries, and where their files are.
    Show(Show),
    /// Refresh a playlist: ask the source what is in it now.
    #[command(alias = "relist")]
    Refresh(Refresh),
    /// Show what every refresh of a playlist changed.
    History {
        /// Its id or the first digits of it, its title, its address, or `@last`.
        #[arg(value_name = "PLAYLIST")]
        id: String,
    },
    /// Compare a playlist at two moments: what is new, gone, moved, renamed.
    #[command(after_help = "\
Examples:
  mediary playlist diff ID                 what the last refresh changed
  mediary playlist diff ID --from 7d       what changed in a week
  mediary playlist diff ID --from 2026-11-01 --to job-0189…")]
    Diff(diff::Diff),
    /// Show what of a playlist is gone at its source, and whether it is safe here.
    Gone(account::Gone),
    /// Say what became of every entry: listed = kept + wanted + skipped + failed.
    Account(account::Account),
    /// Follow a playlist no longer; its history and files stay, and its downloads go on.
    #[command(alias = "remove")]
    Unfollow(Unfollow),
}

/// What to follow no longer.
#[derive(Debug, Args)]
pub(crate) struct Unfollow {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// Also end its downloads that have not ended, for good.
    #[arg(long, alias = "cancel")]
    cancel_downloads: bool,
    /// Also end its downloads, and put the files that are kept for it alone into the trash: without `--yes` that is
    /// planned and shown, and nothing is touched.
    #[arg(long)]
    with_files: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    certainty: Certainty,
}

/// What to show.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// Also entries that are gone.
    #[arg(long)]
    removed: bool,
    /// Only entries with each of these words in title or address, in whichever case.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

/// What to refresh.
#[derive(Debug, Args)]
pub(crate) struct Refresh {
    /// Its id or the first digits of it, its title, its address, or `@last`.
    #[arg(value_name = "PLAYLIST")]
    id: String,
    /// Wait until the refresh is over; fail if it fails.
    #[arg(long)]
    wait: bool,
    /// Read to the end, even if the list is known to be newest-first.
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const REFRESH: Document<answers::refresh::Answer> =
    Document::repeatable(include_str!("playlist/refresh.graphql"));

pub(crate) const UNFOLLOW: Document<answers::unfollow::Answer> =
    Document::repeatable(include_str!("playlist/unfollow.graphql"));

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("playlist/list.graphql"));

pub(crate) const SHOW: Document<answers::show::Answer> =
    Document::repeatable(include_str!("playlist/show.graphql"));

pub(crate) const ENTRIES: Document<answers::entries::Answer> =
    Document::repeatable(include_str!("playlist/entries.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Follow(wanted) => follow::run(*wanted, client, output).await,
            Self::List { search } => {
                let playlists: Vec<Playlist> =
                    page::all(client, &LIST, json!({ "filter": { "search": search } }), None).await?;
                Ok(output.show(&playlists, |playlists| object::table(playlists))?)
            }
            Self::Show(Show { id, removed, search }) => {
                let id = named::id(client, KIND, &id).await?;
                let playlist = find(client, &id, None).await?;
                let entries =
                    Some(entries(client, &id, json!({ "removed": removed, "search": search })).await?);
                Ok(output.show(&Shown { playlist, job: None, entries }, object::details)?)
            }
            Self::Refresh(Refresh { id, wait, full, ticket, intent }) => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = json!({ "id": id, "full": full, "ticket": ticket.input(client).await? });
                let (playlist, looked) = refresh(&client.meant(intent), output, wanted, wait).await?;
                output.show(&playlist, object::summary)?;
                looked
            }
            Self::History { id } => history::run(&named::id(client, KIND, &id).await?, client, output).await,
            Self::Diff(wanted) => diff::run(wanted, client, output).await,
            Self::Gone(wanted) => account::gone(wanted, client, output).await,
            Self::Account(wanted) => account::run(wanted, client, output).await,
            Self::Unfollow(Unfollow { id, cancel_downloads, with_files, ticket, certainty }) => {
                let id = named::id(client, KIND, &id).await?;
                if with_files {
                    return plan::carry_out(client, output, (certainty, ticket), json!({ "unfollow": id }))
                        .await;
                }
                if ticket.says_something() {
                    return Err(Failure::Usage {
                        message: "unfollowing alone starts no job".to_owned(),
                        advice: "give the flags of jobs together with `--with-files`, whose moving of files is one",
                    });
                }
                unfollow(&id, cancel_downloads, certainty.intent, client, output).await
            }
        }
    }
}

/// Follows a playlist no longer, and says what goes on.
async fn unfollow(
    id: &str,
    cancel_downloads: bool,
    intent: Intent,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let wanted = || input(json!({ "id": id, "cancelDownloads": cancel_downloads }));
    if intent.dry_run {
        let mut asked = wanted();
        asked["input"]["dryRun"] = true.into();
        let told = client.ask(&UNFOLLOW, asked).await?;
        if told.ongoing_job_count > 0 {
            output.note(&goes_on(id, told.ongoing_job_count, "would go on"));
        }
    }
    let client = client.meant(intent);
    let mut cancelled = Vec::new();
    loop {
        let outcome = client.act(&UNFOLLOW, wanted()).await?;
        Failure::refused(outcome.user_errors)?;
        let told = outcome.payload;
        // What runs is asked to end, and open until it has.
        let fresh = told.cancelled_job_ids.into_iter().filter(|id| !cancelled.contains(id));
        let fresh: Vec<String> = fresh.collect();
        cancelled.extend(fresh);
        if cancel_downloads && told.ongoing_job_count > 0 {
            // One command ends so many of them; what is left is ended by the same command again.
            continue;
        }
        if told.ongoing_job_count > 0 {
            output.note(&goes_on(id, told.ongoing_job_count, "go on"));
        }
        let unfollowed = Unfollowed {
            playlist: told.playlist.ok_or_else(|| not_found(id))?,
            ongoing_job_count: told.ongoing_job_count,
            ongoing_job_ids: told.ongoing_job_ids,
            cancelled_job_ids: cancelled,
        };
        return Ok(output.show(&unfollowed, removed)?);
    }
}

fn goes_on(id: &str, count: u64, verb: &str) -> String {
    format!(
        "{} of it {verb}; end them with `mediary playlist unfollow {id} --cancel-downloads`, or one by one with \
         `mediary job cancel`: `mediary job list --playlist {id}` shows them",
        plural(count, "download", "downloads")
    )
}

/// Refreshes what the input says; with `wait`, until that is over.
pub(crate) async fn refresh(
    client: &Client,
    output: &mut Output,
    wanted: Value,
    wait: bool,
) -> Result<(Shown, Result<(), Failure>), Failure> {
    let asked = wanted["id"].as_str().unwrap_or_default().to_owned();
    let ticket = wanted["ticket"].clone();
    let outcome = client.act(&REFRESH, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    note_joined(output, &ticket, &outcome.payload.joined_job_ids);
    finish(client, output, outcome.payload, &asked, wait).await
}

async fn finish(
    client: &Client,
    output: &mut Output,
    payload: PlaylistOutcome,
    asked: &str,
    wait: bool,
) -> Result<(Shown, Result<(), Failure>), Failure> {
    let PlaylistOutcome { playlist, job, position, .. } = payload;
    let playlist = playlist.ok_or_else(|| not_found(asked))?;
    let job = match job {
        Some(job) if wait => job,
        job => return Ok((Shown { playlist, job, entries: None }, Ok(()))),
    };
    let job = wait::for_job(client, output, &job.id, position).await?;
    let verdict = wait::verdict(&job);
    let playlist = find(client, &playlist.id, Some(job.changed_at)).await?;
    Ok((Shown { playlist, job: Some(job), entries: None }, verdict))
}

/// A playlist by its id.
pub(crate) async fn find(client: &Client, id: &str, position: Option<u64>) -> Result<Playlist, Failure> {
    let variables = json!({ "id": id, "minPosition": position });
    let playlist: Option<Playlist> = client.ask(&SHOW, variables).await?;
    playlist.ok_or_else(|| not_found(id))
}

/// All entries of a playlist that fit, in the list's order.
pub(crate) async fn entries(client: &Client, id: &str, filter: Value) -> Result<Vec<Entry>, Failure> {
    let mut variables = json!({ "id": id, "first": ENTRIES_PAGE, "filter": filter });
    let mut nodes = Vec::new();
    loop {
        let part = client.ask(&ENTRIES, &variables).await?;
        let page = part.ok_or_else(|| not_found(id))?.entries;
        let next = page.next();
        nodes.extend(page.into_nodes());
        match next {
            Some(cursor) => variables["after"] = cursor.into(),
            None => return Ok(nodes),
        }
    }
}

/// Entries of a page: with fifty fields each within the server's limit on what a request may cost.
const ENTRIES_PAGE: u32 = 100;

/// An input with a command id, so that it may be sent twice.
pub(crate) fn input(mut input: Value) -> Value {
    let id = mediary_schema::CommandId::from_uuid(mediary_schema::IdSource::system().next());
    input["commandId"] = id.to_string().into();
    json!({ "input": input })
}

fn not_found(id: &str) -> Failure {
    Failure::NotFound { id: id.to_owned(), advice: "`mediary playlist list` shows what is followed" }
}

fn removed(unfollowed: &Unfollowed) -> String {
    let Unfollowed { playlist, cancelled_job_ids, .. } = unfollowed;
    let ended = Some(cancelled_job_ids).filter(|ended| !ended.is_empty());
    fields(&[
        ("id", Some(playlist.id.clone())),
        ("url", Some(playlist.url.clone())),
        ("followed", Some(word(&playlist.followed.to_string()))),
        ("ended", ended.map(|ended| plural(ended.len() as u64, "download", "downloads"))),
    ])
}
