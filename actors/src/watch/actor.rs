use std::{collections::BTreeMap, time::Duration};

use futures::{StreamExt as _, stream};
use mediary_events::{
    Concern as _, codec,
    root::Root as Roots,
    watch::{Added, State as Watches, Watches as Concerned},
};
use mediary_log::{
    Filter, Log, Origin, OriginKind, ReadError,
    alarm::Alarms,
    gate::{Caller, Gate, Refusal, Transaction},
    token::Tokens,
    work,
};
use mediary_schema::{EventId, ProjectId, RootId, file::Stamp, watch::WatchId};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::Instant;

use super::watched::{Watched, folder_of};
use crate::{
    file::{Ours, registered},
    follower::{Listener, waker},
    giver::Giver,
};

/// Has files taken that settled in watched folders.
#[derive(Debug)]
pub struct Watcher;

/// What a watcher is made of.
#[derive(Clone)]
pub struct WatcherArguments {
    /// The gate.
    pub gate: Gate,
    /// Who knows how late it is.
    pub alarms: Alarms,
    /// Who may come in.
    pub tokens: Tokens,
    /// Which files are known.
    pub ours: Ours,
}

impl std::fmt::Debug for WatcherArguments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WatcherArguments")
    }
}

/// What it is told.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// Something was recorded of watches or of roots.
    Recorded,
    /// Something happened in a folder.
    Changed,
    /// It is time to look again.
    Due,
}

/// What it keeps in mind.
#[derive(Debug)]
pub struct State {
    arguments: WatcherArguments,
    myself: ActorRef<Message>,
    told: Told,
    watched: BTreeMap<(ProjectId, WatchId), Watched>,
    /// When it was to look again by what it said last.
    due_at: Option<Instant>,
}

/// What was recorded of watches.
#[derive(Debug, Default)]
struct Told {
    position: u64,
    projects: BTreeMap<ProjectId, Watches>,
}

/// What became of a file that settled.
enum Taken {
    /// It was asked for, now or before; or nothing is taken by this watch any more, which is recorded.
    Told,
    /// Nobody can say just now.
    Later(String),
}

/// What happens in a folder is looked at together that happens within this.
const GATHERS: Duration = Duration::from_millis(200);
/// What can't be asked for just now is asked for again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Appends at once.
const AT_ONCE: usize = 16;

impl Actor for Watcher {
    type Msg = Message;
    type State = State;
    type Arguments = WatcherArguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        arguments: WatcherArguments,
    ) -> Result<State, ActorProcessingErr> {
        let log = arguments.gate.log();
        let wake = waker("watcher", &myself, || Message::Recorded);
        // From before it is read, so that nothing falls between the two.
        let categories = [Concerned::NAME, Roots::NAME];
        let events = log.subscribe(log.head().position + 1, Filter::categories(categories));
        Listener::start(myself.get_cell(), events, wake).await?;
        myself.cast(Message::Recorded)?;
        let (told, watched) = (Told::default(), BTreeMap::new());
        Ok(State { arguments, myself, told, watched, due_at: None })
    }

    async fn handle(
        &self,
        _: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Message::Recorded => {
                state.read_on().await?;
                state.look_in(Duration::ZERO);
            }
            Message::Changed => state.look_in(GATHERS),
            Message::Due => {
                // One that was asked for before it was asked for sooner.
                if state.due_at.is_some_and(|due_at| due_at <= Instant::now()) {
                    state.due_at = None;
                    state.look().await?;
                }
            }
        }
        Ok(())
    }
}

impl State {
    /// Looks again in so long, or sooner, if that was said.
    fn look_in(&mut self, wait: Duration) {
        let at = Instant::now() + wait;
        if self.due_at.is_none_or(|due_at| at < due_at) {
            self.due_at = Some(at);
            self.myself.send_after(wait, || Message::Due);
        }
    }

    /// Reads what is watched, and watches that.
    async fn read_on(&mut self) -> Result<(), ActorProcessingErr> {
        let (log, mut told) = (self.arguments.gate.log().clone(), std::mem::take(&mut self.told));
        let read = tokio::task::spawn_blocking(move || told.read_on(&log).map(|()| told));
        self.told = read.await??;
        let roots = registered(&self.arguments.gate).await?;
        let mut before = std::mem::take(&mut self.watched);
        for (project, watches) in &self.told.projects {
            for (watch_id, known) in watches.watches.iter().filter(|(_, known)| known.stopped.is_none()) {
                let Some((root, folder)) = folder_of(&roots, &known.added) else { continue };
                let key = (*project, *watch_id);
                let same = before.remove(&key).filter(|watched| watched.is(&known.added, &root, &folder));
                let watched = match same {
                    Some(watched) => watched,
                    None => match Watched::new(known.added.clone(), root, folder) {
                        Some(watched) => watched,
                        None => continue,
                    },
                };
                self.watched.insert(key, watched);
            }
        }
        Ok(())
    }

    /// Looks at what happened, and has taken what has settled.
    async fn look(&mut self) -> Result<(), ActorProcessingErr> {
        let keys: Vec<_> = self.watched.keys().copied().collect();
        for key in keys {
            let Some(mut watched) = self.watched.remove(&key) else { continue };
            let WatcherArguments { gate, alarms, ours, .. } = self.arguments.clone();
            let wake = waker("watcher", &self.myself, || Message::Changed);
            let looked = tokio::task::spawn_blocking(move || {
                let settled = watched.look(gate.log(), &ours, alarms.now(), wake);
                (watched, settled)
            });
            let (watched, settled) = looked.await?;
            let watched = self.watched.entry(key).or_insert(watched);
            let settled = settled?;
            let (project, watch_id) = key;
            let (arguments, added) = (&self.arguments, watched.added.clone());
            let asked = stream::iter(settled).map(|(way, stamp)| {
                let added = &added;
                async move { (arguments.take(project, watch_id, added, &way, stamp).await, way) }
            });
            let asked: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
            for (taken, way) in asked {
                let reason = match taken {
                    Ok(Taken::Told) => {
                        watched.settling.is_done(&way);
                        continue;
                    }
                    Err(Refusal::Stopping) => return Ok(()),
                    Ok(Taken::Later(reason)) => reason,
                    Err(refusal) => refusal.to_string(),
                };
                tracing::warn!(%watch_id, way, reason, "a file in a watched folder waits");
                watched.settling.put_off(&way, Instant::now() + AGAIN_AFTER);
            }
        }
        let now = Instant::now();
        if let Some(wait) = self.watched.values().map(|watched| watched.wait(now)).min() {
            self.look_in(wait);
        }
        Ok(())
    }
}

impl Told {
    /// Reads on to the head of the log. Blocks.
    fn read_on(&mut self, log: &Log) -> Result<(), ReadError> {
        self.position = log.read_on(self.position, Filter::categories([Concerned::NAME]), |recorded| {
            let watches = self.projects.entry(recorded.envelope.project).or_default();
            for event in codec::events_of::<Concerned>(recorded).unwrap_or_default() {
                Concerned::evolve(watches, &event);
            }
            self.position = recorded.position();
            Ok(())
        })?;
        Ok(())
    }
}

impl WatcherArguments {
    /// Has a file taken, as whoever set the watch.
    async fn take(
        &self,
        project: ProjectId,
        watch_id: WatchId,
        added: &Added,
        way: &str,
        stamp: Stamp,
    ) -> Result<Taken, Refusal> {
        let (gate, origin) = (&self.gate, Origin { kind: OriginKind::Rule, id: watch_id.uuid() });
        let path = added.watch.path_of(way);
        let refused = match Giver::of(&self.tokens, added.principal, added.token_id, project) {
            Giver::Holder(found) => {
                let step = step(added.watch.root_id, &path, stamp);
                // Asked for once, however often it is seen.
                let command_id = gate.identities().command(EventId::from_uuid(watch_id.uuid()), &step);
                let caller = Caller::person(added.principal, found.rights, origin, command_id, gate.ids());
                let story =
                    move |story: &mut Transaction<'_>| work::watch::take(story, watch_id, &path, stamp);
                match gate.transact(caller.within(project), story).await {
                    Ok(_) => return Ok(Taken::Told),
                    Err(refusal @ Refusal::Forbidden { .. }) => refusal.to_string(),
                    Err(refusal) => return Err(refusal),
                }
            }
            Giver::Nobody => "the token by which it was added is not valid any more".to_owned(),
            Giver::Unknown(denied) => return Ok(Taken::Later(denied.to_string())),
        };
        let caller = Caller::platform(origin, gate.ids()).within(project);
        let story = move |story: &mut Transaction<'_>| work::watch::disown(story, watch_id, &refused);
        gate.transact(caller, story).await.map(|_| Taken::Told)
    }
}

/// What a file is asked for by: the same one again is no other.
fn step(root_id: RootId, path: &str, stamp: Stamp) -> String {
    let Stamp { size_bytes, modified_ms, inode } = stamp;
    let number = inode.map_or(0, |inode| inode.number);
    format!("take {root_id}/{path} {size_bytes} {modified_ms} {number}")
}
