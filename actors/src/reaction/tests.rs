//! Reactions by behaviour: events in, commands out, whatever cache is lost on the way.

mod dry_run;

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use mediary_events::{
    codec,
    download::{Download, Event as DownloadEvent},
    playlist::{self, Playlist},
    reaction::{Command, Event as PlaceEvent, Reaction as Place},
    testing::{NOW, samples},
};
use mediary_log::{
    Log, Options, Origin, OriginKind, Read, Recorded,
    gate::{Caller, Gate, Reaction, Refusal, Step, Transaction},
    work,
};
use mediary_schema::{
    Clock, EventId, IdSource, JobId, ReactionId,
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

/// A reaction to wishes that refuses some causes as long as it is told so.
struct Picky {
    poison: Mutex<BTreeSet<EventId>>,
    panics: AtomicBool,
    /// What somebody does while it thinks of the next cause that is no poison.
    meanwhile: Mutex<Option<Meanwhile>>,
}

type Meanwhile = Box<dyn FnOnce(&Gate) + Send>;

impl Picky {
    fn new(poison: impl IntoIterator<Item = EventId>) -> Arc<Self> {
        let poison = Mutex::new(poison.into_iter().collect());
        Arc::new(Self { poison, panics: AtomicBool::new(false), meanwhile: Mutex::default() })
    }

    fn cure(&self) {
        self.poison.lock().unwrap().clear();
    }
}

impl Reaction for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn event(&self) -> &'static str {
        "playlist.downloads_requested"
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let is_poison = self.poison.lock().unwrap().contains(&cause.envelope.id);
        if let Some(act) = self.meanwhile.lock().unwrap().take_if(|_| !is_poison) {
            act(gate);
        }
        assert!(!(is_poison && self.panics.load(Ordering::SeqCst)), "as scripted");
        if is_poison { Err(Refusal::TooLarge) } else { Ok(Vec::new()) }
    }
}

impl Bench {
    fn ask(&self, command: &Command) {
        self.tell(|story| story.execute::<Place>(ReactionId::from_name("picky").uuid(), command.clone()));
    }

    /// What became of each cause, in the order of its records: `parked 5`.
    fn told(&self) -> Vec<String> {
        let places = self.places();
        let told = places.iter().filter_map(|event| match event {
            PlaceEvent::Enabled { .. } | PlaceEvent::Advanced { .. } => None,
            PlaceEvent::Handled { position, .. } => Some(format!("handled {position}")),
            PlaceEvent::Parked { position, trouble, .. } => {
                Some(format!("parked {position} {}", trouble.code))
            }
            PlaceEvent::Deferred { position, .. } => Some(format!("deferred {position}")),
            PlaceEvent::RetryRequested { .. } => Some("retry".to_owned()),
            PlaceEvent::Skipped { .. } => Some("skipped".to_owned()),
        });
        told.collect()
    }

    /// Somebody wants all of another list.
    fn wish_elsewhere(&self) {
        let uuid = Uuid::from_u128(7);
        self.tell(|story| {
            story.execute::<Playlist>(
                uuid,
                playlist::Command::Follow { url: "https://a.example/".to_owned() },
            )?;
            let wish = playlist::Command::RequestDownloads {
                quality: samples::quality(),
                entries: None,
                again: false,
            };
            story.execute::<Playlist>(uuid, wish)
        });
    }
}

// invariant: R-3
#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_is_parked_with_its_stream_and_all_else_goes_on() {
    let bench = Bench::new();
    let picky = Picky::new([]);
    let running = bench.start(Arc::clone(&picky) as _).await;
    running.caught_up(bench.head()).await;
    // Nobody reads on before the poison is told.
    running.stop().await;
    let poison = bench.wish();
    picky.poison.lock().unwrap().insert(poison);
    let first = bench.head();
    bench.wish();
    bench.wish_elsewhere();
    let elsewhere = bench.head();
    let running = bench.start(Arc::clone(&picky) as _).await;
    running.caught_up(elsewhere).await;
    let parked = format!("parked {first} COMMAND_TOO_LARGE");
    let waits = [parked.clone(), format!("deferred {}", first + 1), format!("handled {elsewhere}")];
    assert_eq!(bench.told(), waits);

    // A retry that fails frees nothing.
    // The reactor may be faster than whoever looks at the head afterwards.
    let before = bench.head();
    bench.ask(&Command::Retry { cause: poison });
    running.caught_up(before + 2).await;
    let again = [&waits[..], &["retry".to_owned(), parked]].concat();
    assert_eq!(bench.told(), again);

    // One that succeeds frees all that waited, in its order.
    picky.cure();
    let before = bench.head();
    bench.ask(&Command::Retry { cause: poison });
    running.caught_up(before + 3).await;
    let freed = ["retry".to_owned(), format!("handled {first}"), format!("handled {}", first + 1)];
    assert_eq!(bench.told(), [&again[..], &freed].concat());
    running.stop().await;
}

// invariant: R-3
#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_that_panics_parks_the_event_and_a_skip_frees_the_others() {
    let bench = Bench::new();
    let picky = Picky::new([]);
    picky.panics.store(true, Ordering::SeqCst);
    bench.start(Arc::clone(&picky) as _).await.stop().await;
    let poison = bench.wish();
    picky.poison.lock().unwrap().insert(poison);
    let first = bench.head();
    bench.wish();
    let running = bench.start(Arc::clone(&picky) as _).await;
    running.caught_up(first + 1).await;
    assert_eq!(bench.told(), [format!("parked {first} INTERNAL"), format!("deferred {}", first + 1)]);
    let before = bench.head();
    bench.ask(&Command::Skip { cause: poison, reason: "a test".to_owned() });
    running.caught_up(before + 2).await;
    assert_eq!(bench.told()[2..], ["skipped".to_owned(), format!("handled {}", first + 1)]);
    running.stop().await;
}

// It looked for what is due first and read on afterwards; a retry that came in between waited for the next event of all.
// invariant: R-3
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_asked_for_while_it_reads_on_is_not_overlooked() {
    let bench = Bench::new();
    let picky = Picky::new([]);
    bench.start(Arc::clone(&picky) as _).await.stop().await;
    let poison = bench.wish();
    picky.poison.lock().unwrap().insert(poison);
    let first = bench.head();
    let running = bench.start(Arc::clone(&picky) as _).await;
    running.caught_up(first).await;
    running.stop().await;
    // More causes than one page holds; while it thinks of the first of them, somebody asks.
    for _ in 0..70 {
        bench.wish_elsewhere();
    }
    picky.cure();
    *picky.meanwhile.lock().unwrap() = Some(Box::new(move |gate| {
        let caller = Caller::platform(Origin { kind: OriginKind::Actor, id: Uuid::nil() }, gate.ids());
        let uuid = ReactionId::from_name("picky").uuid();
        let retry = Command::Retry { cause: poison };
        gate.transact_blocking(&caller, &|story| story.execute::<Place>(uuid, retry.clone())).unwrap();
    }));
    let before = bench.head();
    let running = bench.start(Arc::clone(&picky) as _).await;
    // The retry, a record for each cause elsewhere, and that of the poison.
    running.caught_up(before + 72).await;
    assert_eq!(bench.told().last(), Some(&format!("handled {first}")));
    running.stop().await;
}
