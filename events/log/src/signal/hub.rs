use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mediary_schema::ProjectId;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

/// The least time between two values of one subject, as a listener is told them.
const INTERVAL: Duration = Duration::from_millis(250);

/// What a signal is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Whose it is.
    pub project: ProjectId,
    /// The stored name of the concern.
    pub concern: &'static str,
    /// What is told: `progress`.
    pub name: &'static str,
    /// The thing it is told of.
    pub id: Uuid,
}

/// A value of now.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// What it is about.
    pub subject: Subject,
    /// The value.
    pub payload: serde_json::Value,
}

/// Where signals are told and heard. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SignalHub {
    latest: Arc<Mutex<Latest>>,
    turn: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Default)]
struct Latest {
    values: BTreeMap<Subject, (u64, serde_json::Value)>,
    turn: u64,
}

impl Default for SignalHub {
    fn default() -> Self {
        Self { latest: Arc::default(), turn: Arc::new(watch::channel(0).0) }
    }
}

impl SignalHub {
    /// Tells a value; it replaces the one before.
    pub fn publish(&self, signal: Signal) {
        let mut latest = self.lock();
        latest.turn += 1;
        let turn = latest.turn;
        latest.values.insert(signal.subject, (turn, signal.payload));
        // Under the lock: told later, an older turn could take the place of a newer one, and whoever has heard the
        // older one would wait for the next value instead of hearing this.
        self.turn.send_replace(turn);
    }

    /// The turn that listeners are told, and that of the newest value.
    #[cfg(test)]
    pub(super) fn turns(&self) -> (u64, u64) {
        (*self.turn.borrow(), self.lock().turn)
    }

    /// Forgets a subject: the thing is no longer under way.
    pub fn retire(&self, subject: &Subject) {
        self.lock().values.remove(subject);
    }

    /// The value of a subject now.
    pub fn latest(&self, subject: &Subject) -> Option<serde_json::Value> {
        self.lock().values.get(subject).map(|(_, value)| value.clone())
    }

    /// Listens from now on, the values of now included.
    pub fn listen(&self) -> SignalListener {
        SignalListener { hub: self.clone(), turns: self.turn.subscribe(), heard: 0, next: Instant::now() }
    }

    fn since(&self, heard: u64) -> (u64, Vec<Signal>) {
        let latest = self.lock();
        let mut news: Vec<_> = latest.values.iter().filter(|(_, (turn, _))| *turn > heard).collect();
        news.sort_by_key(|(_, (turn, _))| *turn);
        let signals = news
            .into_iter()
            .map(|(subject, (_, payload))| Signal { subject: subject.clone(), payload: payload.clone() })
            .collect();
        (latest.turn, signals)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Latest> {
        // Every change under the lock is complete when a panic could strike.
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener's place: it hears what was told since it last heard.
#[derive(Debug)]
pub struct SignalListener {
    hub: SignalHub,
    turns: watch::Receiver<u64>,
    heard: u64,
    next: Instant,
}

impl SignalListener {
    /// What was told since the last call, without waiting for any: the latest value of each subject.
    pub fn now(&mut self) -> Vec<Signal> {
        let (heard, signals) = self.hub.since(self.heard);
        self.heard = heard;
        if !signals.is_empty() {
            self.next = Instant::now() + INTERVAL;
        }
        signals
    }

    /// Waits for news and answers the latest value of each subject that was told since the last call.
    ///
    /// None once the hub is gone.
    pub async fn next(&mut self) -> Option<Vec<Signal>> {
        loop {
            sleep_until(self.next).await;
            self.turns.wait_for(|turn| *turn > self.heard).await.ok()?;
            let signals = self.now();
            if !signals.is_empty() {
                return Some(signals);
            }
        }
    }
}
