//! What wakes an actor when the log has grown, or has more of what it is about.

use mediary_log::{Head, Subscription};
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, Message, SpawnErr, SupervisionEvent};
use tokio::sync::watch;

/// What an actor does that has linked children and goes on without one that has ended: it fails with one that failed.
pub(crate) fn fails_with_child(event: SupervisionEvent) -> Result<(), ActorProcessingErr> {
    match event {
        SupervisionEvent::ActorFailed(_, error) => Err(error),
        SupervisionEvent::ActorTerminated(..)
        | SupervisionEvent::ActorStarted(_)
        | SupervisionEvent::ProcessGroupChanged(_) => Ok(()),
    }
}

/// What wakes an actor with a message, from wherever it is called. One that is gone needs no wake.
pub(crate) fn waker<M: Message>(
    name: &'static str,
    actor: &ActorRef<M>,
    message: fn() -> M,
) -> impl Fn() + Send + Sync + use<M> {
    let actor = actor.clone();
    move || {
        if actor.cast(message()).is_err() {
            tracing::debug!(id = %actor.get_id(), "the {name} is gone");
        }
    }
}

/// A linked child that watches the head of the log for its parent.
///
/// The parent answers each wake with [`Follower::rearm`] when it has read everything, so that its
/// mailbox holds one wake at most, however fast the log grows.
pub(crate) struct Follower;

/// The parent has read up to here.
#[derive(Debug)]
pub(crate) struct ReadUpTo(u64);

pub(crate) struct Watching {
    head: watch::Receiver<Head>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Follower {
    /// Starts watching; the first wake comes when the log grows beyond what was read up to.
    pub(crate) async fn start(
        parent: ActorCell,
        head: watch::Receiver<Head>,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<ActorRef<ReadUpTo>, SpawnErr> {
        let watching = Watching { head, wake: Box::new(wake) };
        let (follower, _) = Actor::spawn_linked(None, Self, watching, parent).await?;
        Ok(follower)
    }

    /// Asks for a wake once the log has grown beyond `position`.
    pub(crate) fn rearm(follower: &ActorRef<ReadUpTo>, position: u64) -> Result<(), ActorProcessingErr> {
        Ok(follower.cast(ReadUpTo(position))?)
    }
}

impl Actor for Follower {
    type Msg = ReadUpTo;
    type State = Watching;
    type Arguments = Watching;

    async fn pre_start(
        &self,
        _: ActorRef<ReadUpTo>,
        watching: Watching,
    ) -> Result<Watching, ActorProcessingErr> {
        Ok(watching)
    }

    // Waits inside the handler: it has nothing else to do, and its end is a kill by the parent's end.
    async fn handle(
        &self,
        myself: ActorRef<ReadUpTo>,
        ReadUpTo(position): ReadUpTo,
        watching: &mut Watching,
    ) -> Result<(), ActorProcessingErr> {
        let grown = watching.head.wait_for(|head| head.position > position).await.is_ok();
        if grown {
            (watching.wake)();
        } else {
            myself.stop(Some("the log is closed".to_owned()));
        }
        Ok(())
    }
}

/// A linked child that wakes its parent at each event of a subscription: for what comes a few times in a server's life.
pub(crate) struct Listener;

/// Go on listening.
#[derive(Debug)]
pub(crate) struct Listen;

pub(crate) struct Listening {
    events: Subscription,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Listener {
    pub(crate) async fn start(
        parent: ActorCell,
        events: Subscription,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<(), SpawnErr> {
        let listening = Listening { events, wake: Box::new(wake) };
        Actor::spawn_linked(None, Self, listening, parent).await.map(drop)
    }
}

impl Actor for Listener {
    type Msg = Listen;
    type State = Listening;
    type Arguments = Listening;

    async fn pre_start(
        &self,
        myself: ActorRef<Listen>,
        listening: Listening,
    ) -> Result<Listening, ActorProcessingErr> {
        myself.cast(Listen)?;
        Ok(listening)
    }

    // Waits inside the handler, as a follower does.
    async fn handle(
        &self,
        myself: ActorRef<Listen>,
        Listen: Listen,
        listening: &mut Listening,
    ) -> Result<(), ActorProcessingErr> {
        while let Ok(batch) = listening.events.next_batch(1).await {
            if !batch.events.is_empty() {
                (listening.wake)();
            }
        }
        myself.stop(Some("the log is closed".to_owned()));
        Ok(())
    }
}
