use std::{collections::BTreeMap, time::Duration};

use mediary_events::{
    codec,
    file::{Event, File},
};
use mediary_log::{
    Filter, Origin, OriginKind, Read, Recorded,
    alarm::{Alarms, Key},
    gate::{Caller, Gate, Refusal, Transaction},
    work,
};
use mediary_schema::{FileId, ProjectId, Timestamp};
use ractor::{Actor, ActorProcessingErr, ActorRef, SupervisionEvent};
use uuid::Uuid;

use super::trash::Trash;
use crate::{
    file,
    follower::{Listener, fails_with_child, waker},
};

/// Destroys files in the trash once their time is over.
///
/// A clock that is ahead for a while shortens no time: nothing is destroyed in the first hour after the start, and after
/// each moment at which the clock was set.
#[derive(Debug)]
pub struct Purger;

/// What a purger is made of.
#[derive(Debug, Clone)]
pub struct PurgerArguments {
    /// The gate.
    pub gate: Gate,
    /// Who rings when the time of a file is over.
    pub alarms: Alarms,
}

/// What a purger is told.
#[derive(Debug)]
pub enum Message {
    /// Look what is to be destroyed.
    Go,
    /// The clock was set.
    Leap,
}

/// What a purger keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: PurgerArguments,
    /// Files in the trash, by when their time is over.
    leases: BTreeMap<(Timestamp, FileId), ProjectId>,
    /// When the time of each is over.
    until: BTreeMap<FileId, Timestamp>,
    /// What of the log was read.
    position: u64,
    /// Before this nothing is destroyed.
    trusted_from: Timestamp,
    /// When it was seen first that the time of something is over.
    seen_at: Option<Timestamp>,
}

/// The next file whose time is over.
const NEXT: Key = Key::part("purger");
/// For how long the clock must not have been set.
const TRUST_AFTER: Duration = Duration::from_hours(1);
/// How long after it was seen first that a time is over: whoever tells that the clock was set has told it by then.
const CONFIRM_AFTER: Duration = Duration::from_mins(1);

impl Actor for Purger {
    type Msg = Message;
    type State = State;
    type Arguments = PurgerArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: PurgerArguments,
    ) -> Result<State, ActorProcessingErr> {
        let wake = waker("purger", &myself, || Message::Go);
        let log = arguments.gate.log();
        let events = log.subscribe(log.head().position + 1, filter());
        Listener::start(myself.get_cell(), events, wake).await?;
        arguments.alarms.on_leap(NEXT, waker("purger", &myself, || Message::Leap));
        myself.cast(Message::Go)?;
        let trusted_from = arguments.alarms.now().after(TRUST_AFTER);
        Ok(State {
            arguments,
            leases: BTreeMap::new(),
            until: BTreeMap::new(),
            position: 0,
            trusted_from,
            seen_at: None,
        })
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        let alarms = state.arguments.alarms.clone();
        if let Message::Leap = message {
            (state.trusted_from, state.seen_at) = (alarms.now().after(TRUST_AFTER), None);
        }
        state.read().await?;
        match state.purge().await? {
            None => alarms.clear(NEXT),
            Some(moment) => alarms.set(NEXT, moment, waker("purger", &myself, || Message::Go)),
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<Message>,
        event: SupervisionEvent,
        _: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        // The log is closed: the purger is stopped in its turn.
        fails_with_child(event)
    }

    async fn post_stop(&self, _: ActorRef<Message>, state: &mut State) -> Result<(), ActorProcessingErr> {
        state.arguments.alarms.clear(NEXT);
        state.arguments.alarms.clear_leaps(NEXT);
        Ok(())
    }
}

fn filter() -> Filter {
    Filter::kinds(["file.trashed", "file.restored", "file.purged"])
}

impl State {
    /// Reads what went into the trash and came out of it since.
    async fn read(&mut self) -> Result<(), ActorProcessingErr> {
        loop {
            let (log, from) = (self.arguments.gate.log().clone(), self.position + 1);
            let read = move || log.read_page(&Read::forward(from).filter(filter()));
            let page = tokio::task::spawn_blocking(read).await??;
            for recorded in &page.events {
                self.take(recorded);
                self.position = recorded.position();
            }
            match page.next_position {
                Some(next) => self.position = self.position.max(next - 1),
                None => return Ok(()),
            }
        }
    }

    fn take(&mut self, recorded: &Recorded) {
        let file_id = FileId::from_uuid(recorded.envelope.stream.uuid);
        // What can't be read was erased, or is a newer program's: then nothing of it is destroyed.
        for event in codec::events_of::<File>(recorded).unwrap_or_default() {
            if let Some(until) = self.until.remove(&file_id) {
                self.leases.remove(&(until, file_id));
            }
            if let Event::Trashed { lease } = event {
                self.until.insert(file_id, lease.kept_until);
                self.leases.insert((lease.kept_until, file_id), recorded.envelope.project);
            }
        }
    }

    /// Destroys what is to be destroyed; answers when to look again. One that can't be keeps no other from it.
    async fn purge(&mut self) -> Result<Option<Timestamp>, ActorProcessingErr> {
        let now = self.arguments.alarms.now();
        let Some(first) = self.leases.first_key_value().map(|((kept_until, _), _)| *kept_until) else {
            return Ok(None);
        };
        let due = first.max(self.trusted_from);
        if due > now {
            self.seen_at = None;
            return Ok(Some(due));
        }
        let seen_at = *self.seen_at.get_or_insert(now);
        if now < seen_at.after(CONFIRM_AFTER) {
            return Ok(Some(seen_at.after(CONFIRM_AFTER)));
        }
        let over = self.leases.range(..=(seen_at, FileId::from_uuid(Uuid::max())));
        let over: Vec<_> = over.map(|(lease, project)| (*lease, *project)).collect();
        for (lease, project) in over {
            if self.destroy(project, lease.1).await? {
                self.leases.remove(&lease);
                self.until.remove(&lease.1);
            }
        }
        self.seen_at = None;
        let next = self.leases.first_key_value().map(|((kept_until, _), _)| *kept_until);
        Ok(next.map(|next| next.max(now.after(CONFIRM_AFTER))))
    }

    /// Destroys one file and records it; answers whether that could be done now.
    async fn destroy(&self, project: ProjectId, file_id: FileId) -> Result<bool, ActorProcessingErr> {
        let gate = &self.arguments.gate;
        let file = gate.state::<File>(file_id.uuid()).await?;
        let roots = file::registered(gate).await?;
        let Some(root) = roots.into_iter().find(|root| Some(root.id()) == file.root) else {
            return Ok(false);
        };
        let log = gate.log().clone();
        let destroyed = tokio::task::spawn_blocking(move || {
            // Its trash is on the disk that has the mark.
            if !root.mark(&log).is_there() {
                return false;
            }
            match Trash::of(root.folder()).destroy(file_id, &file) {
                Ok(is_destroyed) => is_destroyed,
                Err(error) => {
                    tracing::warn!(%file_id, %error, "a file whose time in the trash is over can't be destroyed");
                    false
                }
            }
        });
        if !destroyed.await? {
            return Ok(false);
        }
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, gate.ids()).within(project);
        let story = move |story: &mut Transaction<'_>| work::plan::purge(story, file_id);
        match gate.transact(caller, story).await {
            Err(refusal) if refusal.is_retryable() => Ok(false),
            // Rejected it is if it came back this moment.
            Ok(_) | Err(Refusal::Rejected(_)) => Ok(true),
            Err(refusal) => Err(refusal.into()),
        }
    }
}
