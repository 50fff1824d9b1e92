mod machine;
mod reconciling;

use std::{
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mediary_schema::Clock;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::watch;

use super::{Child, ChildState, Policy, Supervisor, SupervisorHandle};

/// Starts are counted from one.
const NO_START: RangeInclusive<usize> = 0..=0;

/// An actor that panics as often as it is told, then runs, and writes down when it stops.
struct Fragile;

#[derive(Clone)]
struct Script {
    name: &'static str,
    panics: usize,
    /// The start that never comes to its end, if there is one.
    hangs_at: usize,
    /// The starts that fail before there is an actor.
    refused: RangeInclusive<usize>,
    /// Whether it is deaf once it runs.
    deaf: bool,
    starts: Arc<watch::Sender<usize>>,
    handled: Arc<AtomicUsize>,
    stops: Arc<Mutex<Vec<&'static str>>>,
}

impl Script {
    fn new(name: &'static str, panics: usize, stops: &Arc<Mutex<Vec<&'static str>>>) -> Self {
        let starts = Arc::new(watch::channel(0).0);
        let (handled, stops) = (Arc::default(), Arc::clone(stops));
        Self { name, panics, hangs_at: usize::MAX, refused: NO_START, deaf: false, starts, handled, stops }
    }

    fn child(&self) -> Child {
        let script = self.clone();
        Child::actor(self.name, Duration::from_secs(5), move || (Fragile, script.clone()))
    }

    async fn started(&self, times: usize) {
        self.starts.subscribe().wait_for(|count| *count >= times).await.unwrap();
    }
}

impl Actor for Fragile {
    type Msg = ();
    type State = Script;
    type Arguments = Script;

    async fn pre_start(&self, myself: ActorRef<()>, script: Script) -> Result<Script, ActorProcessingErr> {
        let start = *script.starts.borrow() + 1;
        script.starts.send_replace(start);
        if start == script.hangs_at {
            std::future::pending::<()>().await;
        }
        if script.refused.contains(&start) {
            return Err(format!("start {start} of {} is refused as scripted", script.name).into());
        }
        myself.cast(())?;
        Ok(script)
    }

    async fn handle(&self, _: ActorRef<()>, (): (), script: &mut Script) -> Result<(), ActorProcessingErr> {
        let start = script.handled.fetch_add(1, Ordering::SeqCst) + 1;
        assert!(start > script.panics, "start {start} of {} fails as scripted", script.name);
        if script.deaf {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<()>, script: &mut Script) -> Result<(), ActorProcessingErr> {
        script.stops.lock().unwrap().push(script.name);
        Ok(())
    }
}

const QUICK: Policy = Policy {
    restarts_max: 3,
    window: Duration::from_mins(1),
    wait: Duration::from_millis(1),
    wait_max: Duration::from_millis(4),
};

async fn supervise<const N: usize>(scripts: [&Script; N]) -> SupervisorHandle {
    let children = scripts.map(Script::child).into();
    Supervisor::start(children, QUICK, Clock::system()).await.unwrap()
}

/// Waits until a child is in a state.
async fn until(supervisor: &SupervisorHandle, name: &str, is_it: impl Fn(&ChildState) -> bool) {
    let mut status = supervisor.watch();
    let reached =
        |parts: &Vec<super::ChildStatus>| parts.iter().any(|part| part.name == name && is_it(&part.state));
    status.wait_for(reached).await.unwrap();
}

fn is_halted(state: &ChildState) -> bool {
    matches!(state, ChildState::Halted(_))
}

// PL-31.
// invariant: A-1
#[tokio::test(start_paused = true)]
async fn a_child_that_panics_is_started_again_and_its_sibling_not() {
    let stops = Arc::default();
    let (sound, broken) = (Script::new("sound", 0, &stops), Script::new("broken", 2, &stops));
    let supervisor = supervise([&sound, &broken]).await;
    broken.started(3).await;
    assert_eq!(*sound.starts.borrow(), 1);
    supervisor.stop().await;
}

// invariant: A-2
#[tokio::test(start_paused = true)]
async fn a_child_that_fails_too_often_is_halted_alone_told_and_can_be_resumed() {
    let stops = Arc::default();
    let (sound, broken) = (Script::new("sound", 0, &stops), Script::new("broken", 4, &stops));
    let supervisor = supervise([&sound, &broken]).await;
    until(&supervisor, "broken", is_halted).await;
    assert_eq!(supervisor.watch().borrow()[0].state, ChildState::Running);
    assert!(supervisor.resumer().resume("broken").await);
    broken.started(5).await;
    until(&supervisor, "broken", |state| *state == ChildState::Running).await;
    assert!(!supervisor.resumer().resume("broken").await, "it runs");
    supervisor.stop().await;
}

// PL-32.
// invariant: A-3
#[tokio::test(start_paused = true)]
async fn children_stop_in_the_reverse_order_of_their_start() {
    let stops = Arc::default();
    let scripts = ["one", "two", "three"].map(|name| Script::new(name, 0, &stops));
    let supervisor = supervise([&scripts[0], &scripts[1], &scripts[2]]).await;
    supervisor.stop().await;
    assert_eq!(*stops.lock().unwrap(), ["three", "two", "one"]);
}

// A child that waits for room while it starts held up the supervisor, and so every question and the stop.
// invariant
#[tokio::test(start_paused = true)]
async fn a_start_that_takes_for_ever_keeps_nobody_waiting() {
    let stops = Arc::default();
    let (other, mut slow) = (Script::new("other", 4, &stops), Script::new("slow", 1, &stops));
    slow.hangs_at = 2;
    let supervisor = supervise([&other, &slow]).await;
    slow.started(2).await;
    until(&supervisor, "other", is_halted).await;
    assert!(supervisor.resumer().resume("other").await);
    until(&supervisor, "other", |state| *state == ChildState::Running).await;
    supervisor.stop().await;
    assert_eq!(stops.lock().unwrap().last(), Some(&"other"));
}

// invariant: A-3
#[tokio::test(start_paused = true)]
async fn a_child_that_does_not_stop_in_time_is_killed_and_the_others_stop_in_order() {
    let stops = Arc::default();
    let (sound, mut deaf) = (Script::new("sound", 0, &stops), Script::new("deaf", 0, &stops));
    deaf.deaf = true;
    let supervisor = supervise([&sound, &deaf]).await;
    until(&supervisor, "deaf", |state| *state == ChildState::Running).await;
    supervisor.stop().await;
    assert_eq!(*stops.lock().unwrap(), ["sound"]);
}

// A tree that is not whole is none: what was started before has to stop again.
// invariant: A-3
#[tokio::test(start_paused = true)]
async fn a_first_start_that_fails_is_told_and_leaves_nothing_running() {
    let stops = Arc::default();
    let (first, mut broken) = (Script::new("first", 0, &stops), Script::new("broken", 0, &stops));
    broken.refused = 1..=1;
    let last = Script::new("last", 0, &stops);
    let children = [&first, &broken, &last].map(Script::child).into();
    let error = Supervisor::start(children, QUICK, Clock::system()).await.unwrap_err();
    let chain = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(chain.contains("start 1 of broken is refused as scripted"), "{chain}");
    assert_eq!(*last.starts.borrow(), 0, "it comes after the one that failed");
    assert_eq!(*stops.lock().unwrap(), ["first"]);
}

// A start that fails was no failure of an actor, and so was counted by nobody.
// invariant
#[tokio::test(start_paused = true)]
async fn a_restart_that_can_not_start_is_tried_again_and_halts_in_the_end() {
    let stops = Arc::default();
    let mut broken = Script::new("broken", 1, &stops);
    broken.refused = 2..=3;
    let supervisor = supervise([&broken]).await;
    broken.started(4).await;
    until(&supervisor, "broken", |state| *state == ChildState::Running).await;
    supervisor.stop().await;

    let mut broken = Script::new("broken", 1, &stops);
    broken.refused = 2..=usize::MAX;
    let supervisor = supervise([&broken]).await;
    let reason = "start 4 of broken is refused as scripted";
    until(&supervisor, "broken", |state| matches!(state, ChildState::Halted(why) if why.contains(reason)))
        .await;
    supervisor.stop().await;
    assert_eq!(*broken.starts.borrow(), 4, "three restarts are given");
}

// invariant: A-3
#[tokio::test(start_paused = true)]
async fn a_stop_during_the_wait_before_a_restart_starts_nothing_more() {
    let stops = Arc::default();
    let (sound, broken) = (Script::new("sound", 0, &stops), Script::new("broken", 1, &stops));
    let hour = Duration::from_hours(1);
    let policy = Policy { wait: hour, wait_max: hour, ..QUICK };
    let children = [&sound, &broken].map(Script::child).into();
    let supervisor = Supervisor::start(children, policy, Clock::system()).await.unwrap();
    until(&supervisor, "broken", |state| matches!(state, ChildState::Restarting(_))).await;
    supervisor.stop().await;
    assert_eq!(*stops.lock().unwrap(), ["sound"]);
    tokio::time::advance(2 * hour).await;
    assert_eq!(*broken.starts.borrow(), 1);
}
