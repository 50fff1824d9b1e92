//! What a bot answers: each wish through the gate, or read from the log.

use std::{collections::BTreeSet, time::Duration};

use mediary_events::{
    Concern as _, StreamId,
    bot::Standing,
    codec,
    download::{
        self,
        ask::{Start, Target},
    },
    file::{self, File},
    job::{self, Job, ask::Cancel},
};
use mediary_log::{
    Direction, Filter, LogReader, Origin, OriginKind, Read,
    gate::{Caller, Gate, Options, Refusal, Refused},
    signal::SignalHub,
    token::{Denied, Tokens},
};
use mediary_schema::{
    CommandId, EventId, JobId, PrincipalId, ProjectId, Several, account::Role, job::Progress, scope::Scope,
};
use ractor::ActorProcessingErr;

use super::{
    order::{Order, failed, share},
    wish::{Wish, help},
};
use crate::job::progress_of;

/// As whom a bot asks, and by which event it was set.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) project: ProjectId,
    pub(super) standing: Standing,
    pub(super) cause: EventId,
}

/// What is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// Words.
    Said(String),
    /// What was asked for, of which more is told.
    Ordered(Box<Order>),
}

/// Who answers.
pub(super) struct Door<'a> {
    pub(super) gate: &'a Gate,
    pub(super) tokens: &'a Tokens,
    pub(super) signals: &'a SignalHub,
}

/// Somebody who may ask now.
struct Asking {
    caller: Caller,
    reader: LogReader,
}

/// Files that are listed.
const LISTED_MAX: usize = 10;
/// The fewest digits by which a job is told from others.
const DIGITS_MIN: usize = 4;

const NOT_LENT: &str = "Whoever set this bot may not ask any more: it has to be set again (UNAUTHENTICATED)";
const NO_JOB: &str = "There is no such job (JOB_NOT_FOUND); /status shows those that you asked for";

impl Door<'_> {
    /// Answers a wish of a message.
    pub(super) async fn answer(
        &self,
        host: &Host,
        orders: &[Order],
        (chat, update_id): (i64, i64),
        wish: Wish,
    ) -> Result<Answer, ActorProcessingErr> {
        let said = |text: &str| Ok(Answer::Said(text.to_owned()));
        match &wish {
            Wish::Start | Wish::Help => return Ok(Answer::Said(help())),
            Wish::Unclear(instead) => return said(instead),
            Wish::List | Wish::Download { .. } | Wish::Status(_) | Wish::Cancel(_) => {}
        }
        let Some(asking) = self.asking(host, update_id) else { return said(NOT_LENT) };
        match wish {
            Wish::Download { url, quality } => self.download(host.project, asking, chat, url, quality).await,
            Wish::Cancel(job) => self.cancel(asking, orders, &job).await.map(Answer::Said),
            Wish::Status(Some(job)) => self.job(host.project, asking, orders, &job).await.map(Answer::Said),
            Wish::Status(None) => Ok(Answer::Said(self.status(orders, chat))),
            Wish::List => self.list(asking, orders, chat).await.map(Answer::Said),
            Wish::Start | Wish::Help | Wish::Unclear(_) => said(""),
        }
    }

    /// As whom a message asks: as whoever set the bot, if he still may come in, and never more than an editor may.
    fn asking(&self, host: &Host, update_id: i64) -> Option<Asking> {
        let Host { project, standing, cause } = host;
        let found = match self.tokens.get(PrincipalId::OWNER, standing.token_id) {
            Ok(found) if found.speaks_as == standing.principal && found.project == *project => found,
            Ok(_) | Err(Denied::Refused | Denied::Unreadable) => return None,
        };
        let rights = found.rights.at_most(Role::Editor);
        let origin = Origin { kind: OriginKind::Bot, id: project.uuid() };
        // A message that is heard twice asks for the same.
        let command_id: CommandId = self.gate.identities().command(*cause, &format!("update {update_id}"));
        let caller = Caller::person(standing.principal, rights, origin, command_id, self.gate.ids());
        let scope = Scope::of_session(*project, standing.principal, rights);
        Some(Asking { caller: caller.within(*project), reader: LogReader::new(self.gate.log(), scope) })
    }

    async fn download(
        &self,
        project: ProjectId,
        asking: Asking,
        chat: i64,
        url: String,
        quality: String,
    ) -> Result<Answer, ActorProcessingErr> {
        let start =
            Start { target: Target::Url(url), quality, again: false, ticket: job::ask::Ticket::default() };
        let asked = self.gate.ask(asking.caller, download::Ask::Start(start), Options::default()).await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Answer::Said(refused(&refusal)?)),
        };
        let Some(story) = answer.story_id else { return Ok(Answer::Said(help())) };
        let order = Order::new(chat, project, story, answer.position);
        let order = read_on(order, asking.reader).await?;
        Ok(Answer::Ordered(Box::new(order)))
    }

    async fn cancel(
        &self,
        asking: Asking,
        orders: &[Order],
        job: &str,
    ) -> Result<String, ActorProcessingErr> {
        let Some(id) = named(&asking.reader, orders, job).await? else { return Ok(NO_JOB.to_owned()) };
        let cancel = job::Ask::Cancel(Cancel { job_ids: Several::one(id) });
        match self.gate.ask(asking.caller, cancel, Options::default()).await {
            Ok(_) => Ok(format!("It is being ended.\n{id}")),
            Err(refusal) => refused(&refusal),
        }
    }

    async fn job(
        &self,
        project: ProjectId,
        asking: Asking,
        orders: &[Order],
        job: &str,
    ) -> Result<String, ActorProcessingErr> {
        let Some(id) = named(&asking.reader, orders, job).await? else { return Ok(NO_JOB.to_owned()) };
        let state = match self.gate.state::<Job>(id.uuid()).await {
            Ok(state) => state,
            Err(refusal) => return refused(&refusal),
        };
        let (Some(work), Some(at)) = (&state.work, state.state) else { return Ok(NO_JOB.to_owned()) };
        let progress = self.signals.latest(&progress_of(project, id));
        let progress: Option<Progress> = progress.and_then(|value| serde_json::from_value(value).ok());
        let at = progress.filter(|_| !at.is_terminal()).map_or_else(|| at.to_string(), |told| share(&told));
        let mut text = format!("{} ({}): {at}\n{id}", work.title, work.kind);
        if let Some(failure) = last_failure(asking.reader, id).await? {
            text = format!("{text}\n\nThe last try: {}", failed(&failure));
        }
        Ok(text)
    }

    /// All that was asked for here and is not over.
    fn status(&self, orders: &[Order], chat: i64) -> String {
        let here: Vec<String> = orders
            .iter()
            .filter(|order| order.chat == chat)
            .map(|order| order.text(self.signals, false))
            .collect();
        if here.is_empty() { "Nothing is under way.".to_owned() } else { here.join("\n\n— — —\n\n") }
    }

    async fn list(&self, asking: Asking, orders: &[Order], chat: i64) -> Result<String, ActorProcessingErr> {
        let reading = tokio::task::spawn_blocking(move || {
            let read = Read::backward(u64::MAX).limit(LISTED_MAX).filter(Filter::kinds(["file.recorded"]));
            asking.reader.read(&read)
        });
        let found = reading.await??;
        let paths = found.iter().filter_map(|recorded| {
            let events = codec::events_of::<File>(recorded).ok()?;
            events.into_iter().find_map(|event| match event {
                file::Event::Recorded { path, .. } => Some(path),
                _ => None,
            })
        });
        let paths: Vec<String> = paths.collect();
        let kept = if paths.is_empty() {
            "Nothing is kept yet.".to_owned()
        } else {
            format!("Kept last:\n{}", paths.join("\n"))
        };
        Ok(format!("{}\n\n{kept}", self.status(orders, chat)))
    }
}

/// What was asked for, with what is known of it by now.
pub(super) async fn read_on(mut order: Order, reader: LogReader) -> Result<Order, ActorProcessingErr> {
    let reading = tokio::task::spawn_blocking(move || order.read_on(&reader).map(|()| order));
    Ok(reading.await??)
}

/// The reader of a bot, as long as whoever set it may come in.
pub(super) fn reader_of(door: &Door<'_>, host: &Host) -> Option<LogReader> {
    door.asking(host, 0).map(|asking| asking.reader)
}

/// A refusal in words, with its code. What is no refusal but an end is one.
fn refused(refusal: &Refusal) -> Result<String, ActorProcessingErr> {
    if matches!(refusal, Refusal::Stopping) {
        return Err(refusal.to_string().into());
    }
    let Refused { code, message, advice, .. } = Refused::from(refusal);
    let advice = advice.map(|advice| format!("\n{advice}")).unwrap_or_default();
    Ok(format!("{message} ({code}){advice}"))
}

/// The job that somebody means: any that the bot may see by its whole id, one that was asked for here by its first digits.
async fn named(
    reader: &LogReader,
    orders: &[Order],
    text: &str,
) -> Result<Option<JobId>, ActorProcessingErr> {
    if let Ok(id) = text.parse::<JobId>() {
        let (reader, stream) = (reader.clone(), StreamId::new(Job::NAME, id.uuid()));
        let reading =
            tokio::task::spawn_blocking(move || reader.read_stream(&stream, 1, Direction::Forward, 1));
        return Ok((!reading.await??.is_empty()).then_some(id));
    }
    let digits = text.strip_prefix("job-").unwrap_or(text);
    if digits.len() < DIGITS_MIN {
        return Ok(None);
    }
    let mut found: BTreeSet<JobId> = orders.iter().flat_map(Order::job_ids).collect();
    found.retain(|id| id.uuid().to_string().starts_with(digits));
    Ok(found.pop_first().filter(|_| found.is_empty()))
}

/// What went wrong with the last try of a job, if it was not done since.
async fn last_failure(
    reader: LogReader,
    id: JobId,
) -> Result<Option<mediary_schema::job::Failure>, ActorProcessingErr> {
    let stream = StreamId::new(Job::NAME, id.uuid());
    let reading =
        tokio::task::spawn_blocking(move || reader.read_stream(&stream, 1, Direction::Forward, EVENTS_MAX));
    let mut failure = None;
    for recorded in reading.await?? {
        for event in codec::events_of::<Job>(&recorded).unwrap_or_default() {
            match event {
                job::Event::AttemptFailed { failure: why, .. } | job::Event::Failed { failure: why, .. } => {
                    failure = Some(why);
                }
                job::Event::Succeeded { .. } => failure = None,
                _ => {}
            }
        }
    }
    Ok(failure)
}

/// Events of one job that are looked at.
const EVENTS_MAX: usize = 1_000;

/// What a stranger is told.
pub(super) fn for_strangers(person: u64) -> String {
    format!("This bot is not for everybody. Whoever runs it can let you in by your number, {person}.")
}

/// What somebody is told who asks too much.
pub(super) fn too_much(left: Duration) -> String {
    format!("That is too much at once; try again in {} s (RATE_LIMITED)", left.as_secs().max(1))
}
