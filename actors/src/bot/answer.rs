//! What a bot answers: each wish through the gate, or read from the log.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

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
    Direction, Filter, LogReader, Origin, OriginKind, Read, ReadError,
    gate::{Caller, Gate, Options, Refusal, Refused},
    signal::SignalHub,
    token::{Denied, Tokens},
};
use mediary_schema::{
    CommandId, CorrelationId, EventId, JobId, PrincipalId, ProjectId, Several, account::Role, job::Progress,
    scope::Scope,
};
use ractor::ActorProcessingErr;
use uuid::Uuid;

use super::{
    order::{ORDERS_MAX, Order, failed, share},
    under_way::{Begun, begun},
    wish::{Wish, help},
};
use crate::job::{Desk, progress_of};

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
    pub(super) desk: &'a Arc<Desk>,
    pub(super) tokens: &'a Tokens,
    pub(super) signals: &'a SignalHub,
}

/// Who said something, in a chat with the bot that nobody else reads, and which of all updates that was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) person: u64,
    pub(super) chat: i64,
    pub(super) update_id: i64,
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
        place: Place,
        wish: Wish,
    ) -> Result<Answer, ActorProcessingErr> {
        let said = |text: &str| Ok(Answer::Said(text.to_owned()));
        match &wish {
            Wish::Start | Wish::Help => return Ok(Answer::Said(help())),
            Wish::Unclear(instead) => return said(instead),
            Wish::List | Wish::Download { .. } | Wish::Status(_) | Wish::Cancel(_) => {}
        }
        let Some(asking) = self.asking(host, place) else { return said(NOT_LENT) };
        if let Wish::Download { url, quality } = wish {
            return self.download(host.project, asking, place.chat, url, quality).await;
        }
        // Also what nobody remembers any more: there may have been a restart since, or more than is told by itself.
        let forgotten = self.under_way(host.project, &asking.reader, &[place.person], orders).await?;
        let his: Vec<&Order> = orders.iter().filter(|order| order.chat == place.chat).collect();
        let his: Vec<&Order> = forgotten.iter().chain(his).collect();
        match wish {
            Wish::Cancel(job) => self.cancel(asking, &his, &job).await.map(Answer::Said),
            Wish::Status(Some(job)) => self.job(host.project, asking, &his, &job).await.map(Answer::Said),
            Wish::Status(None) => Ok(Answer::Said(self.status(&his))),
            Wish::List => self.list(asking, &his).await.map(Answer::Said),
            Wish::Start | Wish::Help | Wish::Unclear(_) | Wish::Download { .. } => said(""),
        }
    }

    /// What these people asked for that is not over, and is not among what is remembered: what was asked for last, at most
    /// [`ORDERS_MAX`], since each is read from where it began.
    pub(super) async fn under_way(
        &self,
        project: ProjectId,
        reader: &LogReader,
        people: &[u64],
        remembered: &[Order],
    ) -> Result<Vec<Order>, ActorProcessingErr> {
        let identities = self.gate.identities();
        let people: BTreeMap<Uuid, u64> =
            people.iter().map(|person| (identities.guest(project, *person), *person)).collect();
        let known: BTreeSet<CorrelationId> = remembered.iter().map(|order| order.story).collect();
        let queued_at = self.desk.queued_at(project).await?;
        let reader = reader.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let order = |Begun { guest, story, position }: Begun| {
                // A chat with one person alone has the person's number.
                let chat = people.get(&guest).and_then(|person| i64::try_from(*person).ok());
                let chat = chat.filter(|_| !known.contains(&story))?;
                Some(Order::new(chat, project, story, position))
            };
            let mut orders: Vec<Order> = begun(&reader, &queued_at)?.into_iter().filter_map(order).collect();
            let mut orders = orders.split_off(orders.len().saturating_sub(ORDERS_MAX));
            orders.iter_mut().try_for_each(|order| order.read_on(&reader))?;
            Ok::<_, ReadError>(orders)
        });
        Ok(reading.await??)
    }

    /// As whom a message asks: as whoever set the bot, if he still may come in, and never more than an editor may.
    fn asking(&self, host: &Host, Place { person, update_id, .. }: Place) -> Option<Asking> {
        let Host { project, standing, cause } = host;
        let found = match self.tokens.get(PrincipalId::OWNER, standing.token_id) {
            Ok(found) if found.speaks_as == standing.principal && found.project == *project => found,
            Ok(_) | Err(Denied::Refused | Denied::Unreadable) => return None,
        };
        let rights = found.rights.at_most(Role::Editor);
        let origin = Origin { kind: OriginKind::Bot, id: self.gate.identities().guest(*project, person) };
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
        orders: &[&Order],
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
        orders: &[&Order],
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

    /// All that somebody asked for and is not over.
    fn status(&self, orders: &[&Order]) -> String {
        let here: Vec<String> = orders.iter().map(|order| order.text(self.signals, false)).collect();
        if here.is_empty() { "Nothing is under way.".to_owned() } else { here.join("\n\n— — —\n\n") }
    }

    async fn list(&self, asking: Asking, orders: &[&Order]) -> Result<String, ActorProcessingErr> {
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
        Ok(format!("{}\n\n{kept}", self.status(orders)))
    }
}

/// What was asked for, with what is known of it by now.
pub(super) async fn read_on(mut order: Order, reader: LogReader) -> Result<Order, ActorProcessingErr> {
    let reading = tokio::task::spawn_blocking(move || order.read_on(&reader).map(|()| order));
    Ok(reading.await??)
}

/// The reader of a bot, as long as whoever set it may come in.
pub(super) fn reader_of(door: &Door<'_>, host: &Host) -> Option<LogReader> {
    door.asking(host, Place { person: 0, chat: 0, update_id: 0 }).map(|asking| asking.reader)
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
    orders: &[&Order],
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
    let mut found: BTreeSet<JobId> = orders.iter().flat_map(|order| order.job_ids()).collect();
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
