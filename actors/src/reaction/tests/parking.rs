//! Events that a reaction can't handle: they wait with their stream, and nothing else does.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use mediary_events::{
    playlist::{self, Playlist},
    reaction::{Command, Event as PlaceEvent, Reaction as Place},
    testing::samples,
};
use mediary_log::{
    Origin, OriginKind, Recorded,
    gate::{Caller, Gate, Reaction, Refusal, Step},
};
use mediary_schema::{EventId, ReactionId, Ticket};
use uuid::Uuid;

use super::Bench;

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

    fn events(&self) -> Vec<&'static str> {
        vec!["playlist.downloads_requested"]
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
                ticket: Ticket::default(),
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
