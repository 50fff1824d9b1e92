//! `mediary preview`: what is at an address, before it is followed.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::Intent,
    job,
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
    ticket::Ticket,
    wait,
};
use crate::{
    answers::preview::{Preview, PreviewEntry, PreviewList, PreviewPayload, list, show, start},
    client::{Client, Document},
    output::{Output, Table, clean, duration, fields, optional, plural, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind = Kind::new(
    "PREVIEW",
    "preview",
    "`mediary preview list` shows what was looked at; `mediary preview start URL` looks",
);

const START_HELP: &str = "\
Nothing is followed and nothing is fetched. Of a long list its first entries are read; how many it has is known if its source says so.

Examples:
  mediary preview start https://www.youtube.com/@sternwarte-sonneberg
  mediary preview start https://example.org/feed.xml --format json";

/// What can be done with previews.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// See what is at an address: a single item, a list, a channel, a feed, with its title and its first entries.
    #[command(after_help = START_HELP)]
    Start(Start),
    /// List addresses that were looked at, the last one first.
    List,
    /// Show what was found at an address.
    Show {
        /// Its title, address, ID or the first digits of it, or `@last`.
        #[arg(value_name = "PREVIEW")]
        id: String,
    },
}

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// The address; http or https.
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const START: Document<start::Answer> = Document::repeatable(include_str!("preview/start.graphql"));

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("preview/list.graphql"));

pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("preview/show.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let preview = match self {
            Self::Start(wanted) => preview_start(wanted, client, output).await?,
            Self::List => {
                let previews = page::all(client, &LIST, json!({}), None).await?;
                return Ok(output.show(&previews, |previews| table(previews))?);
            }
            Self::Show { id } => {
                let id = named::id(client, KIND, &id).await?;
                find(client, id, None).await?
            }
        };
        Ok(output.show(&preview, text)?)
    }
}

/// Has an address looked at, and waits for what is there: there is nothing else that somebody wants of it.
async fn preview_start(wanted: Start, client: &Client, output: &mut Output) -> Result<Preview, Failure> {
    let Start { url, ticket, intent } = wanted;
    let asked = input(json!({ "url": url, "ticket": ticket.input(client).await? }));
    let outcome = client.meant(intent).act(&START, asked).await?;
    Failure::refused(outcome.user_errors)?;
    let PreviewPayload { preview, job, position, .. } = outcome.payload;
    let (Some(preview), Some(job)) = (preview, job) else { return Err(job::not_found("that looks")) };
    let ended = wait::for_job(client, output, &job.id, position).await?;
    wait::verdict(&ended)?;
    find(client, preview.id, Some(ended.changed_at)).await
}

async fn find(client: &Client, id: String, position: Option<u64>) -> Result<Preview, Failure> {
    let found: Option<Preview> = client.ask(&SHOW, json!({ "id": id, "minPosition": position })).await?;
    found.ok_or_else(|| Failure::NotFound { id, advice: KIND.advice })
}

/// `list of 14 entries`.
fn what(preview: &Preview) -> String {
    let count = preview.count.map(|count| plural(count, "entry", "entries"));
    match (preview.kind.as_deref(), count) {
        (None, _) => "-".to_owned(),
        (Some("SINGLE"), _) => "a single item".to_owned(),
        (Some("NESTED"), _) => "a list of lists".to_owned(),
        (Some(_), None) => "a list".to_owned(),
        (Some(_), Some(count)) => format!("a list of {count}"),
    }
}

fn text(preview: &Preview) -> String {
    let Preview { id, url, state, title, first, lists, playlist, .. } = preview;
    let entry = |PreviewEntry { title, duration_ms }: &PreviewEntry| {
        let length = duration_ms.map(|length| format!(" ({})", duration(length))).unwrap_or_default();
        format!("  {}{length}", optional(title.as_deref()))
    };
    let entries: Vec<String> = first.iter().map(entry).collect();
    let lists = tabs(lists);
    let list = playlist.as_ref().map(|list| match &list.title {
        Some(title) => format!("{} ({})", clean(title), list.id),
        None => list.id.clone(),
    });
    let rows = [
        ("title", title.as_deref().map(clean)),
        ("is", Some(what(preview))),
        ("address", Some(clean(url))),
        ("state", (state != "FOUND").then(|| word(state))),
        ("known as", list),
        ("id", Some(id.clone())),
    ];
    [fields(&rows)].into_iter().chain(entries).chain(lists).collect::<Vec<_>>().join("\n")
}

/// The lists in a list, each with its address. No command line is made of it: what a source calls its address may mean
/// something else to a shell.
fn tabs(lists: &[PreviewList]) -> Vec<String> {
    let tab = |PreviewList { title, url }: &PreviewList| {
        format!("  {}: {}", optional(title.as_deref()), clean(url))
    };
    let head = "\nin it are lists, each of which `mediary playlist follow ADDRESS` follows by itself:";
    let head = (!lists.is_empty()).then(|| head.to_owned());
    head.into_iter().chain(lists.iter().map(tab)).collect()
}

fn table(previews: &[Preview]) -> String {
    let mut table = Table::new(&["id", "state", "is", "title", "address"]);
    for preview in previews {
        let Preview { id, url, state, title, .. } = preview;
        table.row([id.clone(), word(state), what(preview), optional(title.as_deref()), clean(url)]);
    }
    table.text("nothing was looked at; `mediary preview start URL` does")
}
