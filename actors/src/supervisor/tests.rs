use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef};
use tokio::sync::watch;

use super::{Child, ChildStatus, Halted, Policy, Supervisor};

/// An actor that panics as often as it is told, then runs, and writes down when it stops.
struct Fragile;

#[derive(Clone)]
struct Script {
    name: &'static str,
    panics: usize,
    starts: Arc<AtomicUsize>,
    started: Arc<watch::Sender<usize>>,
    stops: Arc<Mutex<Vec<&'static str>>>,
}

impl Script {
    fn new(name: &'static str, panics: usize, stops: &Arc<Mutex<Vec<&'static str>>>) -> Self {
        let (starts, stops) = (Arc::default(), Arc::clone(stops));
        Self { name, panics, starts, started: Arc::new(watch::channel(0).0), stops }
    }

    fn child(&self) -> Child {
        let script = self.clone();
        Child::new(self.name, Duration::from_secs(5), move |parent: ActorCell| {
            let script = script.clone();
            async move { Ok(Actor::spawn_linked(None, Fragile, script, parent).await?.0.get_cell()) }
        })
    }

    async fn started(&self, times: usize) {
        let mut started = self.started.subscribe();
        let reached = started.wait_for(|count| *count >= times);
        tokio::time::timeout(Duration::from_secs(30), reached).await.expect("it is started again").unwrap();
    }
}

impl Actor for Fragile {
    type Msg = ();
    type State = Script;
    type Arguments = Script;

    async fn pre_start(&self, myself: ActorRef<()>, script: Script) -> Result<Script, ActorProcessingErr> {
        myself.cast(())?;
        Ok(script)
    }

    async fn handle(&self, _: ActorRef<()>, (): (), script: &mut Script) -> Result<(), ActorProcessingErr> {
        let start = script.starts.fetch_add(1, Ordering::SeqCst) + 1;
        script.started.send_replace(start);
        assert!(start > script.panics, "start {start} of {} fails as scripted", script.name);
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

// PL-31.
// invariant: A-1
#[tokio::test]
async fn a_child_that_panics_is_started_again_and_its_sibling_not() {
    let stops = Arc::default();
    let (sound, broken) = (Script::new("sound", 0, &stops), Script::new("broken", 2, &stops));
    let supervisor =
        Supervisor::start(vec![sound.child(), broken.child()], QUICK, |_| async {}).await.unwrap();
    broken.started(3).await;
    assert_eq!(sound.starts.load(Ordering::SeqCst), 1);
    supervisor.stop().await;
}

// invariant: A-2
#[tokio::test]
async fn a_child_that_fails_too_often_is_halted_alone_told_and_can_be_resumed() {
    let stops = Arc::default();
    let (sound, broken) = (Script::new("sound", 0, &stops), Script::new("broken", 4, &stops));
    let (tell, mut told) = watch::channel(None::<Halted>);
    let supervisor = Supervisor::start(vec![sound.child(), broken.child()], QUICK, move |halted| {
        tell.send_replace(Some(halted));
        async {}
    })
    .await
    .unwrap();
    let halted = tokio::time::timeout(Duration::from_secs(30), told.wait_for(Option::is_some)).await;
    assert_eq!(halted.unwrap().unwrap().as_ref().unwrap().name, "broken");
    let status = supervisor.status().await;
    assert_eq!(status[0], ("sound", ChildStatus::Running));
    assert!(matches!(status[1], ("broken", ChildStatus::Halted(_))), "{status:?}");
    assert!(supervisor.resume("broken").await);
    broken.started(5).await;
    assert!(!supervisor.resume("broken").await, "it runs");
    supervisor.stop().await;
}

// PL-32.
// invariant: A-3
#[tokio::test]
async fn children_stop_in_the_reverse_order_of_their_start() {
    let stops = Arc::default();
    let children: Vec<_> = ["one", "two", "three"].map(|name| Script::new(name, 0, &stops).child()).into();
    let supervisor = Supervisor::start(children, QUICK, |_| async {}).await.unwrap();
    supervisor.stop().await;
    assert_eq!(*stops.lock().unwrap(), ["three", "two", "one"]);
}
