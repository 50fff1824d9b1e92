//! What the log says of the vault: which values count, and which never will again.

use std::collections::{HashMap, HashSet};

use mediary_events::{
    Concern as _, Recorded,
    account::{self, Account},
    codec,
    log::{self, Logs},
    secret::{Event, Secret},
};
use mediary_schema::{DataKeyId, PrincipalId, SealedId, SecretId};

use super::store::Place;
use crate::log::{Filter, Log, Read, ReadError};

/// As what the hash of a user's password lies there.
pub(super) const fn password_of(user_id: PrincipalId) -> SecretId {
    SecretId::from_uuid(user_id.uuid())
}

/// The fold of all secrets and passwords.
#[derive(Debug, Default)]
pub(super) struct Known {
    kept: HashMap<SecretId, Place>,
    destroyed: HashSet<DataKeyId>,
    replaced: HashSet<SealedId>,
    /// Up to where it is folded: whoever folds a page again after a fault changes nothing.
    position: u64,
    /// Whether something can't be understood: then what the log doesn't name may still be named by it.
    is_unclear: bool,
}

impl Known {
    /// Reads all of it, and answers up to which position.
    pub(super) fn read(log: &Log) -> Result<(Self, u64), ReadError> {
        let position = log.head().position;
        let mut known = Self::default();
        let mut read = Read::forward(1).filter(Self::filter());
        loop {
            let page = log.read_page(&read)?;
            for recorded in &page.events {
                if recorded.position() > position {
                    return Ok((known, position));
                }
                known.fold(recorded);
            }
            match page.next_position {
                Some(next) => read.from = next,
                None => return Ok((known, position)),
            }
        }
    }

    /// What it is folded from.
    pub(super) fn filter() -> Filter {
        Filter::categories([Secret::NAME, Account::NAME, Logs::NAME])
    }

    pub(super) fn fold(&mut self, recorded: &Recorded) {
        if recorded.position() <= self.position {
            return;
        }
        self.position = recorded.position();
        if recorded.envelope.stream.category == Logs::NAME {
            self.fold_of_log(recorded);
            return;
        }
        if recorded.envelope.stream.category == Account::NAME {
            self.fold_of_account(recorded);
            return;
        }
        let secret_id = SecretId::from_uuid(recorded.envelope.stream.uuid);
        match codec::decided_on::<Secret>(recorded) {
            Ok(events) if events.is_empty() => self.is_unclear = true,
            Ok(events) => events.iter().for_each(|event| self.apply(secret_id, event)),
            Err(error) => {
                tracing::error!(%secret_id, %error, "what happened to a secret can't be read: nothing unknown is tidied away");
                self.is_unclear = true;
            }
        }
    }

    /// What the log says of itself: whose keys are destroyed.
    fn fold_of_log(&mut self, recorded: &Recorded) {
        // What a newer program wrote destroys nothing.
        for event in codec::decided_on::<Logs>(recorded).unwrap_or_default() {
            if let log::Event::Shredded { data_key_ids, .. } = event {
                self.destroyed.extend(data_key_ids);
            }
        }
    }

    /// What happened to users: whose password counts, and whose never will again.
    fn fold_of_account(&mut self, recorded: &Recorded) {
        // What stands in for an erased event says of these all that the event said.
        let events = match codec::decided_on::<Account>(recorded) {
            Ok(events) if !events.is_empty() => events,
            Ok(_) | Err(_) => {
                self.is_unclear = true;
                return;
            }
        };
        for event in events {
            match event {
                account::Event::PasswordSet { user_id, data_key_id, sealed_id } => {
                    self.keep(Place { secret_id: password_of(user_id), data_key_id, sealed_id });
                }
                account::Event::UserRemoved { user_id, data_key_id } => {
                    self.kept.remove(&password_of(user_id));
                    self.destroyed.extend(data_key_id);
                }
                _ => {}
            }
        }
    }

    fn keep(&mut self, place: Place) {
        if let Some(before) = self.kept.insert(place.secret_id, place) {
            self.replaced.insert(before.sealed_id);
        }
    }

    fn apply(&mut self, secret_id: SecretId, event: &Event) {
        match *event {
            Event::Set { data_key_id, sealed_id, .. } => {
                self.keep(Place { secret_id, data_key_id, sealed_id });
            }
            Event::Deleted { data_key_id } => {
                self.kept.remove(&secret_id);
                self.destroyed.insert(data_key_id);
            }
            Event::Rotated { .. } => {}
        }
    }

    pub(super) fn place(&self, secret_id: SecretId) -> Option<Place> {
        self.kept.get(&secret_id).copied()
    }

    pub(super) fn is_destroyed(&self, key: DataKeyId) -> bool {
        self.destroyed.contains(&key)
    }

    pub(super) fn is_replaced(&self, id: SealedId) -> bool {
        self.replaced.contains(&id)
    }

    pub(super) fn counts(&self, key: DataKeyId, id: SealedId) -> bool {
        self.kept.values().any(|place| (place.data_key_id, place.sealed_id) == (key, id))
    }

    pub(super) fn is_key_of_any(&self, key: DataKeyId) -> bool {
        self.kept.values().any(|place| place.data_key_id == key)
    }

    pub(super) const fn is_clear(&self) -> bool {
        !self.is_unclear
    }
}
