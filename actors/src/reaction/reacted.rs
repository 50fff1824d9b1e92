use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

/// Up to which position every reaction has reacted.
#[derive(Debug)]
pub struct Reacted {
    places: Mutex<BTreeMap<&'static str, u64>>,
    all: watch::Sender<u64>,
}

impl Reacted {
    /// Nobody has reacted to anything yet.
    pub fn new(names: impl IntoIterator<Item = &'static str>) -> (Arc<Self>, watch::Receiver<u64>) {
        let places: BTreeMap<_, _> = names.into_iter().map(|name| (name, 0)).collect();
        let (all, watching) = watch::channel(0);
        (Arc::new(Self { places: Mutex::new(places), all }), watching)
    }

    /// Up to which position every reaction has reacted, and when that changes.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.all.subscribe()
    }

    /// One has reacted up to a position.
    pub(super) fn tell(&self, name: &'static str, position: u64) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.insert(name, position);
        let all = places.values().copied().min().unwrap_or(0);
        self.all.send_if_modified(|known| std::mem::replace(known, all) != all);
    }
}
