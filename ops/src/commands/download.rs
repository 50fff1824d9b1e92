//! `mediary download`: keeping items.

pub(crate) mod archive;

mod entry;

use clap::{Args, Subcommand, builder::RangedU64ValueParser};
use mediary_schema::Address;
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    intent::Intent,
    job::{self, FailureDetail, Job},
    named,
    noun::Verbs,
    page,
    playlist::{self, PlaylistAccount, input},
    ticket::{Ticket, note_joined},
    wait,
};
use crate::{
    answers::download::{self as answers, ListDownload, Story},
    client::{Client, Document},
    output::{Output, Table, bytes, clean, duration, fields, optional, plural, word},
};

/// What can be done with downloads.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Keep items: each becomes a job, unless it is kept already.
    #[command(after_help = "\
Examples:
  mediary download start --playlist ID --wait
  mediary download start --url https://example.org/item --quality 720p --wait")]
    Start(Start),
    /// List what is kept or wanted, newest first.
    List {
        /// Only those with each of these words in title or address, in whichever case.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Exchange with yt-dlp's `--download-archive`: what it names is not fetched again.
    #[command(subcommand)]
    Archive(archive::Verb),
}

/// What to keep.
#[derive(Debug, Args)]
pub(crate) struct Start {
    #[command(flatten)]
    target: Target,
    /// `best`, `1080p`, `720p` or `audio`.
    #[arg(long, value_name = "NAME", default_value = "best")]
    quality: String,
    /// Also what is kept already, or was once: fetch it again.
    #[arg(long)]
    again: bool,
    /// Wait until all of it has ended; fail if some of it failed.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    ticket: Ticket,
    #[command(flatten)]
    intent: Intent,
}

/// Exactly one of them.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Target {
    /// Every entry of a playlist: by its id or the first digits of it, title, address, or `@last`.
    #[arg(long, value_name = "PLAYLIST")]
    playlist: Option<String>,
    /// One entry or several: by id or the first digits of it, title or address.
    #[arg(long = "entry", value_name = "ENTRY", num_args = 1..)]
    entries: Option<Vec<String>>,
    /// What an address shows; it is followed, too.
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    url: Option<String>,
}

impl Target {
    /// The list that a video was opened from, if its address says so.
    fn list_of_video(&self) -> Option<Address> {
        Some(self.url.as_ref()?.parse::<Address>().ok()?.video_of_list()?.list)
    }

    /// The same, by ids.
    async fn named(self, client: &Client) -> Result<Self, Failure> {
        let playlist = match &self.playlist {
            Some(playlist) => Some(named::id(client, playlist::KIND, playlist).await?),
            None => None,
        };
        let entries = match &self.entries {
            Some(entries) => Some(named::ids(client, playlist::ENTRY, entries).await?),
            None => None,
        };
        Ok(Self { playlist, entries, ..self })
    }

    /// All of a playlist.
    pub(crate) fn playlist(id: &str) -> Self {
        Self { playlist: Some(id.to_owned()), entries: None, url: None }
    }
}

pub(crate) const START: Document<answers::start::Answer> =
    Document::repeatable(include_str!("download/start.graphql"));

pub(crate) const STORY: Document<answers::story::Answer> =
    Document::repeatable(include_str!("download/story.graphql"));

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("download/list.graphql"));

/// What came of a start; with `--wait`, also its story and its jobs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Started {
    pub(crate) story_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) playlist_id: Option<String>,
    pub(crate) position: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) story: Option<Story>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jobs: Option<Vec<Job>>,
    /// What became of every entry of the list, if there was nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<PlaylistAccount>,
    /// Why the last refresh of the list failed, if there was nothing to do and it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_failure: Option<FailureDetail>,
}

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Start(Start { target, quality, again, wait, ticket, intent }) => {
                let target = target.named(client).await?;
                let ticket = ticket.input(client).await?;
                let how = json!({ "quality": quality, "again": again, "ticket": ticket });
                let started = start(&client.meant(intent), output, &target, how, wait).await?;
                output.show(&started, summary)?;
                verdict(&started)
            }
            Self::List { search, limit } => {
                let variables = json!({ "filter": { "search": search } });
                let downloads = page::all(client, &LIST, variables, limit).await?;
                Ok(output.show(&downloads, |downloads| table(downloads))?)
            }
            Self::Archive(verb) => archive::run(verb, client, output).await,
        }
    }
}

/// Asks for items to be kept, in this way; with `wait`, until all of it has ended.
pub(crate) async fn start(
    client: &Client,
    output: &mut Output,
    target: &Target,
    mut how: Value,
    wait: bool,
) -> Result<Started, Failure> {
    how["target"] = match (&target.playlist, &target.entries, &target.url) {
        (Some(id), _, _) => json!({ "playlistId": id }),
        (_, Some(ids), _) => json!({ "entryIds": ids }),
        (_, _, url) => json!({ "url": url }),
    };
    let ticket = how["ticket"].clone();
    let outcome = client.act(&START, input(how)).await?;
    Failure::refused(outcome.user_errors)?;
    let answers::start::Answer { story_id, playlist_id, position, joined_job_ids } = outcome.payload;
    note_joined(output, &ticket, &joined_job_ids);
    let mut started = Started {
        story_id,
        playlist_id,
        position,
        story: None,
        jobs: None,
        account: None,
        refresh_failure: None,
    };
    if let Some(list) = target.list_of_video() {
        output.note(&format!(
            "this is one video of a list; follow all of it with `mediary playlist follow '{list}'`"
        ));
    }
    if let Some(id) = started.story_id.clone().filter(|_| wait) {
        let list = target.playlist.clone().or_else(|| started.playlist_id.clone());
        let look = joined_refresh(client, list.clone(), started.position).await?;
        let mut story = wait::for_story(client, output, &id, started.position).await?;
        if let Some(look) = look.filter(|_| story.job_count == 0) {
            story = wait::for_story(client, output, &look.story_id, None).await?;
        }
        started.jobs = Some(job::jobs(client, json!({ "storyId": story.id }), None).await?);
        if let Some(list) = list.filter(|_| story.job_count == 0) {
            // "Nothing to do" is said of what is known: of how much that is, and whether anybody could look.
            started.account = Some(playlist::account(client, &list).await?);
            started.refresh_failure = playlist::find(client, &list, None).await?.refresh_failure;
        }
        started.story = Some(story);
    }
    Ok(started)
}

/// The first refresh of a playlist, if somebody else had asked for it and it was under way: its end asks for
/// the downloads, as part of its own story.
async fn joined_refresh(
    client: &Client,
    playlist: Option<String>,
    position: Option<u64>,
) -> Result<Option<Job>, Failure> {
    let Some(id) = playlist else { return Ok(None) };
    let jobs = job::jobs(client, json!({ "subjectId": id }), Some(JOINED_MAX)).await?;
    let last_refresh = jobs.into_iter().find(|job| job.kind == "REFRESH");
    // One that had ended before has nothing to do with this.
    Ok(last_refresh.filter(|job| !job.has_ended() || Some(job.changed_at) > position))
}

/// Jobs among which the last refresh is searched: while it is under way, what is newer are single downloads.
const JOINED_MAX: usize = 100;

/// The first failure of what was waited for.
pub(crate) fn verdict(started: &Started) -> Result<(), Failure> {
    let given_up = given_up(started);
    let Some(first) = given_up.first() else { return Ok(()) };
    wait::verdict(first)
}

fn given_up(started: &Started) -> Vec<&Job> {
    let jobs = started.jobs.iter().flatten();
    jobs.filter(|job| job.has_ended() && job.state != "SUCCEEDED").collect()
}

fn summary(started: &Started) -> String {
    let story = started.story.as_ref();
    let count = |count: u64| plural(count, "job", "jobs");
    let ended = story.map(|story| match story.job_count {
        0 => nothing_to_do(started),
        jobs => {
            format!("{} done, {} given up of {}", story.succeeded_count, story.given_up_count, count(jobs))
        }
    });
    let head = fields(&[("story", started.story_id.clone()), ("ended", ended)]);
    match &started.jobs {
        Some(jobs) if !jobs.is_empty() => format!("{head}\n{}", job::table(jobs)),
        Some(_) | None => head,
    }
}

/// Why no job came of it.
fn nothing_to_do(started: &Started) -> String {
    let known = match &started.account {
        Some(account) if account.kept < account.listed || account.listed == 0 => account.text(),
        Some(_) | None => "all of it is kept already (--again fetches it anew)".to_owned(),
    };
    match &started.refresh_failure {
        Some(failure) => format!(
            "nothing to do: {known}; but its last refresh failed ({}: {}), and `mediary playlist refresh` tries again",
            failure.class,
            clean(&failure.message)
        ),
        None => format!("nothing to do: {known}"),
    }
}

fn table(downloads: &[ListDownload]) -> String {
    let mut table = Table::new(&["id", "state", "quality", "size", "length", "title", "file"]);
    for download in downloads {
        let file = download.file.as_ref();
        table.row([
            download.id.clone(),
            match &download.failure {
                Some(failure) => format!("{} ({})", word(&download.state), failure.class),
                None => word(&download.state),
            },
            optional(download.quality.as_deref()),
            file.map_or_else(|| "-".to_owned(), |file| bytes(file.size_bytes)),
            file.map_or_else(|| "-".to_owned(), |file| duration(file.duration_ms)),
            optional(download.title.as_deref()),
            optional(file.map(|file| file.path.as_str())),
        ]);
    }
    table.text("nothing is kept; `mediary download start` begins")
}
