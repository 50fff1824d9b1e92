//! Reactions by behaviour: events in, commands out, whatever cache is lost on the way.

mod dry_run;
mod notices;
mod parking;
mod rehearsing;

use std::{collections::BTreeSet, sync::Arc};

use mediary_events::{
    codec,
    download::{Download, Event as DownloadEvent},
    playlist::{self, Playlist},
    reaction::{Command, Event as PlaceEvent, Reaction as Place},
    testing::{NOW, samples},
};
use mediary_log::{
    Log, Options, Origin, OriginKind, Read, Recorded,
    gate::{Caller, Gate, Reaction, Refusal, Transaction},
    work,
};
use mediary_schema::{
    Clock, EventId, IdSource, JobId, ReactionId, Ticket,
    item::ItemSource,
    job::RetryPolicy,
    playlist::{ObservedEntry, PlaylistKind, RefreshMode},
};
use ractor::{Actor as _, ActorRef};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::{DownloadsRequestedToRequest, Reacted, Reactor, ReactorArguments, actor::Message};

/// A log with a list that was refreshed once.
struct Bench {
    gate: Gate,
    folder: TempDir,
}

/// A reactor at work.
struct Running {
    actor: ActorRef<Message>,
    reacted: watch::Receiver<u64>,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (clock, _) = Clock::manual(NOW);
        let options = Options { reserve_bytes: 0, clock: clock.clone(), ..Options::new(folder.path()) };
        let gate = Gate::new(Log::open(options).unwrap(), clock, IdSource::system(), work::REGISTRY);
        let bench = Self { gate, folder };
        bench.list(&playlist::Command::Follow { url: samples::LIST_URL.to_owned() });
        bench
    }

    fn tell(&self, story: impl Fn(&mut Transaction<'_>) -> Result<(), Refusal>) {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids());
        tokio::task::block_in_place(|| self.gate.transact_blocking(&caller, &story)).unwrap();
    }

    fn list(&self, command: &playlist::Command) {
        self.tell(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), command.clone()));
    }

    /// A refresh finds the first so many items.
    fn refresh(&self, count: u32) {
        let observed: Vec<ObservedEntry> = (1..=count).map(observed).collect();
        let state = self.gate.state_at::<Playlist>(samples::playlist_id().uuid(), self.head()).unwrap();
        let diff = samples::diff(samples::playlist_id(), &state, observed, RefreshMode::Full);
        let observed = samples::observed_playlist();
        self.list(&playlist::Command::Resolve { kind: PlaylistKind::List, observed });
        self.list(&playlist::Command::RecordChanges { changes: diff.changes });
        let (job_id, mode) = (JobId::from_uuid(self.gate.ids().next()), RefreshMode::Full);
        let complete = playlist::Command::CompleteRefresh {
            job_id,
            mode,
            observed: count,
            unreadable: 0,
            unreadable_rows: vec![],
            newest_first: None,
        };
        self.list(&complete);
    }

    /// Somebody wants all of the list. Answers the event.
    fn wish(&self) -> EventId {
        self.list(&playlist::Command::RequestDownloads {
            quality: samples::quality(),
            entries: None,
            again: false,
            ticket: Ticket::default(),
        });
        self.recorded().last().unwrap().envelope.id
    }

    fn head(&self) -> u64 {
        self.gate.log().head().position
    }

    fn recorded(&self) -> Vec<Recorded> {
        self.gate.log().read(&Read::forward(1).limit(usize::MAX)).unwrap()
    }

    /// What the reaction recorded, in order.
    fn places(&self) -> Vec<PlaceEvent> {
        self.recorded().iter().flat_map(|event| codec::events_of::<Place>(event).unwrap()).collect()
    }

    /// The items that were asked for, each as often as that happened.
    fn requested(&self) -> Vec<String> {
        let events = self.recorded();
        let requests = events.iter().flat_map(|event| codec::events_of::<Download>(event).unwrap());
        let requests = requests.filter_map(|event| match event {
            DownloadEvent::Requested { item, .. } => Some(item.source.source_id),
            _ => None,
        });
        requests.collect()
    }

    /// A person ends every download, so that asking again would open it anew.
    fn cancel_all(&self) {
        let events = self.recorded();
        let jobs: BTreeSet<JobId> = events
            .iter()
            .filter(|event| event.envelope.kind() == "job.queued")
            .map(|event| JobId::from_uuid(event.envelope.stream.uuid))
            .collect();
        for job_id in jobs {
            self.tell(|story| work::cancel(story, job_id));
        }
    }

    fn lose_caches(&self) {
        // There may be none yet.
        std::fs::remove_dir_all(self.folder.path().join("snapshots")).ok();
    }

    /// A gate that has folded nothing, as after a start.
    fn fresh_gate(&self) -> Gate {
        let gate = &self.gate;
        Gate::new(gate.log().clone(), gate.clock().clone(), gate.ids().clone(), work::REGISTRY)
    }

    async fn start(&self, reaction: Arc<dyn Reaction>) -> Running {
        let (sender, reacted) = Reacted::new([reaction.name()]);
        let gate = self.fresh_gate();
        let head = gate.log().watch_head();
        let arguments = ReactorArguments { gate, head, reaction, reacted: sender };
        let (actor, _) = Reactor::spawn(None, Reactor, arguments).await.unwrap();
        Running { actor, reacted }
    }

    /// A reactor of the real reaction that reacts to all there is, and stops.
    async fn react(&self) {
        let running = self.start(downloads()).await;
        running.caught_up(self.head()).await;
        running.stop().await;
    }
}

impl Running {
    async fn caught_up(&self, position: u64) {
        let mut reacted = self.reacted.clone();
        reacted.wait_for(|reached| *reached >= position).await.unwrap();
    }

    async fn stop(self) {
        self.actor.stop_and_wait(None, None).await.unwrap();
    }
}

fn downloads() -> Arc<dyn Reaction> {
    Arc::new(DownloadsRequestedToRequest { retry: RetryPolicy::default() })
}

fn observed(number: u32) -> ObservedEntry {
    let source_id = format!("video-{number}");
    let url = format!("https://www.youtube.com/watch?v={source_id}");
    let source = ItemSource { extractor: "youtube".to_owned(), source_id, url };
    ObservedEntry { index: number, source, ..samples::observed() }
}

fn place_id(reaction: &dyn Reaction) -> Uuid {
    ReactionId::from_name(reaction.name()).uuid()
}

// invariant: R-1
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_snapshot_repeats_nothing_and_asks_for_nothing_new() {
    let bench = Bench::new();
    bench.react().await;
    bench.refresh(3);
    bench.wish();
    bench.react().await;
    assert_eq!(bench.requested(), ["video-1", "video-2", "video-3"]);
    // The list grows, and what was asked for is given up: a wish that is reacted to again would show.
    bench.refresh(5);
    bench.cancel_all();
    let head = bench.head();
    bench.lose_caches();
    bench.react().await;
    assert_eq!(bench.head(), head, "{:?}", bench.places());
}

// invariant: R-2
#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_list_means_the_rows_that_were_there_when_it_was_said() {
    let bench = Bench::new();
    bench.react().await;
    bench.refresh(2);
    let cause = bench.wish();
    bench.refresh(4);
    bench.react().await;
    assert_eq!(bench.requested(), ["video-1", "video-2"]);
    let events = bench.recorded();
    let request = events.iter().find(|event| event.envelope.kind() == "download.requested").unwrap();
    let origin = Origin { kind: OriginKind::Reaction, id: place_id(downloads().as_ref()) };
    assert_eq!((request.envelope.causation_id, request.envelope.origin), (Some(cause), origin));
    let handled = events.iter().find(|event| event.envelope.kind() == "reaction.handled").unwrap();
    assert_eq!(handled.envelope.command_id, request.envelope.command_id, "they are one append");
}

// Whoever left a list with everything still got what the reaction had not come to.
#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_was_taken_back_comes_to_nothing_and_the_next_one_to_all() {
    let bench = Bench::new();
    bench.react().await;
    bench.refresh(3);
    bench.wish();
    bench.wish();
    bench.list(&playlist::Command::WithdrawDownloads);
    bench.react().await;
    assert_eq!(bench.requested(), [""; 0]);
    bench.wish();
    bench.react().await;
    assert_eq!(bench.requested(), ["video-1", "video-2", "video-3"]);
}

// invariant: R-2
#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_begins_where_it_is_enabled() {
    let bench = Bench::new();
    bench.refresh(2);
    bench.wish();
    bench.react().await;
    assert_eq!(bench.requested(), [""; 0], "it was said before anybody knew the reaction");
    bench.wish();
    bench.react().await;
    assert_eq!(bench.requested().len(), 2);
    assert!(matches!(bench.places()[..], [PlaceEvent::Enabled { .. }, PlaceEvent::Handled { .. }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cause_from_which_nothing_follows_has_its_record_alone() {
    let bench = Bench::new();
    bench.react().await;
    let cause = bench.wish();
    bench.react().await;
    let handled = PlaceEvent::Handled { cause, position: 4, steps: 0 };
    assert_eq!(bench.places().last(), Some(&handled));
}

// A long list is several appends; whoever goes on after the first does nothing of it again.
// invariant: R-1
#[tokio::test(flavor = "multi_thread")]
async fn a_cause_that_was_half_done_is_gone_on_with() {
    let bench = Bench::new();
    bench.react().await;
    bench.refresh(40);
    let cause = bench.wish();
    let position = bench.head();
    let uuid = place_id(downloads().as_ref());
    // As if it had been killed after its first append, and what that had asked for given up since.
    bench
        .tell(|story| story.execute::<Place>(uuid, Command::Advance { cause, position, done: 0, steps: 32 }));
    bench.lose_caches();
    bench.react().await;
    let expected: Vec<String> = (33..=40).map(|number| format!("video-{number}")).collect();
    assert_eq!(bench.requested(), expected);
    assert_eq!(bench.places().last(), Some(&PlaceEvent::Handled { cause, position, steps: 40 }));
}
