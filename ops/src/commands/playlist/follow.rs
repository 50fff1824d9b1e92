//! `mediary playlist follow`: what is followed from now on, what of it is kept, and how often it is refreshed.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{AskedWith, Shown, finish, input, object};
use crate::{
    answers::playlist as answers,
    client::{Client, Document},
    commands::{
        failure::Failure,
        intent::Intent,
        schedule::Again,
        setting::layout::{Own, Shape},
        ticket::{Ticket, note_joined},
    },
    output::Output,
};

/// What to follow.
#[derive(Debug, Args)]
pub(crate) struct Follow {
    /// The address as a browser shows it.
    #[arg(value_name = "URL", allow_hyphen_values = true)]
    url: String,
    /// Which entries to keep from now on without being asked; as it was if left out, nothing at first.
    #[arg(long, value_enum, value_name = "WHICH")]
    keep: Option<Keep>,
    /// What of each to keep then: best, 1080p, 720p or audio; as it was if left out, best at first.
    #[arg(long, value_name = "Q", requires = "keep")]
    quality: Option<String>,
    /// Keep only what keeps to this rule, and to each other one that is given: `title=WORDS`, `title!=WORDS`, `title~REGEX`,
    /// `title!~REGEX`, `duration>=90s`, `duration<=2h`, `published>=2026-01-01`, `published<=2026-12-31`, `kind=video`,
    /// `kind!=short`, `kind!=live`; as it was if none is given.
    #[arg(long, value_name = "RULE", requires = "keep")]
    filter: Vec<String>,
    /// Keep to no rule any more.
    #[arg(long, requires = "keep", conflicts_with = "filter")]
    no_filter: bool,
    #[command(flatten)]
    cookies: AskedWith,
    /// Name files of its entries so that are kept from now on; as it was if not said, as for the library at first.
    #[arg(long, value_enum, value_name = "LAYOUT")]
    layout: Option<LayoutOf>,
    #[command(flatten)]
    own: Own,
    /// Make a file of each of its files that is kept from now on, beside it: by a profile of `transcode profile list`; as it was if
    /// not said, nothing at first.
    #[arg(long, value_name = "PROFILE")]
    transcode: Option<String>,
    /// Make nothing of them any more.
    #[arg(long, conflicts_with = "transcode")]
    no_transcode: bool,
    #[command(flatten)]
    again: Again,
    /// The time zone of `--cron`, as IANA calls it.
    #[arg(long, value_name = "ZONE", default_value = "UTC", requires = "cron", conflicts_with = "every")]
    zone: String,
    /// Wait until it was refreshed; fail if that fails.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

/// How files of a list are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutOf {
    /// A folder for each list, and in it the media files alone.
    Plain,
    /// A show for each list and a season for each year, as Plex, Jellyfin and Kodi read it.
    Plex,
    /// As the library has it.
    Library,
}

impl LayoutOf {
    fn shape(self) -> Option<Shape> {
        match self {
            Self::Plain => Some(Shape::Plain),
            Self::Plex => Some(Shape::Plex),
            Self::Library => None,
        }
    }
}

/// Which entries of a list are kept without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Keep {
    /// Those that a refresh finds from now on.
    New,
    /// All that are there, too.
    All,
    /// None.
    Nothing,
}

impl Keep {
    /// The name in GraphQL.
    const fn name(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::All => "ALL",
            Self::Nothing => "NOTHING",
        }
    }
}

pub(crate) const FOLLOW: Document<answers::follow::Answer> =
    Document::repeatable(include_str!("follow.graphql"));

/// Follows what was typed, and has it refreshed as often as is said: both, or neither.
pub(super) async fn run(wanted: Follow, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Follow {
        url,
        keep,
        quality,
        filter,
        no_filter,
        cookies,
        layout,
        own,
        transcode,
        no_transcode,
        again,
        zone,
        wait,
        ticket,
        intent,
    } = wanted;
    let filter = (no_filter || !filter.is_empty()).then_some(filter);
    let cookies = cookies.input(client).await?;
    let layout = layout_input(layout, &own)?;
    let transcode = (no_transcode || transcode.is_some()).then(|| json!({ "profile": transcode }));
    let (keep, ticket) = (keep.map(Keep::name), ticket.input(client).await?);
    let wanted = json!({ "url": url, "keep": keep, "quality": quality, "filter": filter, "cookies": cookies,
        "layout": layout, "transcode": transcode, "refreshTiming": again.timing(&zone), "ticket": ticket });
    let (playlist, looked) = follow(&client.meant(intent), output, wanted, wait).await?;
    output.show(&playlist, object::summary)?;
    looked
}

/// A layout as the API takes it, if one is said.
fn layout_input(layout: Option<LayoutOf>, own: &Own) -> Result<Option<Value>, Failure> {
    let says_more = own.path_template.is_some() || own.no_sidecars || !own.sidecars.is_empty();
    match layout {
        None if says_more => Err(Failure::Usage {
            message: "a template or sidecars are said, and no layout".to_owned(),
            advice: "say which layout, too: --layout plain or --layout plex",
        }),
        Some(LayoutOf::Library) if says_more => Err(Failure::Usage {
            message: "a list that is named as the library is has no template or sidecars of its own"
                .to_owned(),
            advice: "`mediary layout set` changes those of the library",
        }),
        layout => Ok(layout.map(|layout| own.input(layout.shape()))),
    }
}

/// Follows what the input says; with `wait`, until it was looked at.
///
/// The playlist is answered even if the refresh failed; why is then in the second part.
pub(crate) async fn follow(
    client: &Client,
    output: &mut Output,
    wanted: Value,
    wait: bool,
) -> Result<(Shown, Result<(), Failure>), Failure> {
    let url = wanted["url"].as_str().unwrap_or_default().to_owned();
    let ticket = wanted["ticket"].clone();
    let outcome = client.act(&FOLLOW, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    note_joined(output, &ticket, &outcome.payload.joined_job_ids);
    finish(client, output, outcome.payload, &url, wait).await
}
