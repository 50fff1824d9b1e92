//! Who is connected, and who has to go when all places are taken.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::Options;

/// The places that connections may take.
#[derive(Debug)]
pub(super) struct Places {
    all_max: usize,
    peer_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    // In the order in which they came.
    all: BTreeMap<u64, Arc<Connected>>,
}

/// One connection, as long as it lives.
#[derive(Debug)]
pub(super) struct Connected {
    peer: IpAddr,
    /// Requests that are being answered.
    asked: AtomicUsize,
    has_asked: AtomicBool,
    leave: Notify,
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    pub(super) connected: Arc<Connected>,
}

/// A request that is being answered, until its answer is sent or dropped.
#[derive(Debug)]
pub(super) struct Asked(Arc<Connected>);

/// What became of a wish for a place.
#[derive(Debug)]
pub(super) enum Taking {
    /// There was one.
    Free(Place),
    /// There was none, and one that asked for nothing made room.
    MadeRoom(Place),
    /// All others ask for something.
    Refused,
}

impl Places {
    pub(super) fn new(options: &Options) -> Arc<Self> {
        let (all_max, peer_max) = (options.connections_max, options.connections_per_peer_max);
        Arc::new(Self { all_max, peer_max, taken: Mutex::default() })
    }

    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Taking {
        let mut taken = self.taken();
        let of_peer = taken.all.values().filter(|connected| connected.peer == peer).count();
        let made_room = if of_peer >= self.peer_max {
            taken.make_room(|connected| connected.peer == peer)
        } else if taken.all.len() >= self.all_max {
            taken.make_room(|_| true)
        } else {
            return Taking::Free(self.seat(&mut taken, peer));
        };
        if made_room { Taking::MadeRoom(self.seat(&mut taken, peer)) } else { Taking::Refused }
    }

    fn seat(self: &Arc<Self>, taken: &mut Taken, peer: IpAddr) -> Place {
        let number = taken.next;
        taken.next += 1;
        let connected = Arc::new(Connected {
            peer,
            asked: AtomicUsize::new(0),
            has_asked: AtomicBool::new(false),
            leave: Notify::new(),
        });
        taken.all.insert(number, Arc::clone(&connected));
        metrics::gauge!("mediary_http_connections").set(taken.all.len() as f64);
        Place { places: Arc::clone(self), number, connected }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Every change under the lock is complete when a panic could strike.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Sends the oldest away that asks for nothing now: first of those that never asked for anything.
    fn make_room(&mut self, may_go: impl Fn(&Connected) -> bool) -> bool {
        let idle = self.all.iter().filter(|(_, connected)| may_go(connected) && connected.is_idle());
        let oldest =
            idle.map(|(number, connected)| (connected.has_asked.load(Ordering::Relaxed), *number)).min();
        let Some((_, number)) = oldest else { return false };
        if let Some(connected) = self.all.remove(&number) {
            connected.leave.notify_one();
        }
        true
    }
}

impl Connected {
    /// Notes a request; it is over when what is answered is dropped.
    pub(super) fn ask(self: &Arc<Self>) -> Asked {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.has_asked.store(true, Ordering::Relaxed);
        Asked(Arc::clone(self))
    }

    /// Waits until the place is needed for somebody else.
    pub(super) async fn has_to_leave(&self) {
        self.leave.notified().await;
    }

    fn is_idle(&self) -> bool {
        self.asked.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.asked.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all.remove(&self.number);
        metrics::gauge!("mediary_http_connections").set(taken.all.len() as f64);
    }
}
