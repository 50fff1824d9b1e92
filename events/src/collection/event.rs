use mediary_schema::{CollectionEntryId, PrincipalId, Subject, collection::CollectionKind};
use serde::{Deserialize, Serialize};

use super::State;
use crate::Subjects;

/// What can have happened to a personal list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// There is a list.
    #[serde(rename = "created")]
    Created {
        /// Whose it is.
        owner: PrincipalId,
        /// What its owner calls it.
        name: String,
        /// What it is to its owner.
        kind: CollectionKind,
    },
    /// It is called otherwise.
    #[serde(rename = "renamed")]
    Renamed {
        /// What its owner calls it.
        name: String,
    },
    /// Something is in it.
    #[serde(rename = "entry_added")]
    EntryAdded {
        /// The row.
        entry_id: CollectionEntryId,
        /// What is in it.
        thing: Subject,
        /// What that was called.
        title: String,
        /// Its place: rows come in the order of theirs.
        place: i64,
    },
    /// A row has another place.
    #[serde(rename = "entry_moved")]
    EntryMoved {
        /// The row.
        entry_id: CollectionEntryId,
        /// Its place.
        place: i64,
    },
    /// A row is not in it any more.
    #[serde(rename = "entry_removed")]
    EntryRemoved {
        /// The row.
        entry_id: CollectionEntryId,
    },
    /// There is no such list any more.
    #[serde(rename = "deleted")]
    Deleted {},
}

impl Event {
    /// What is about the list as a whole is about its owner, by whom his lists are found.
    pub(super) fn subjects(&self, before: &State) -> Subjects {
        let of = |entry_id: &CollectionEntryId| before.entry(*entry_id).map(|kept| kept.thing.clone());
        let thing = match self {
            Self::Created { owner, .. } => Some((*owner).into()),
            Self::Renamed { .. } | Self::Deleted {} => before.list.as_ref().map(|list| list.owner.into()),
            Self::EntryAdded { thing, .. } => Some(thing.clone()),
            Self::EntryMoved { entry_id, .. } | Self::EntryRemoved { entry_id } => of(entry_id),
        };
        Subjects::of([thing])
    }

    /// The same without what somebody wrote.
    pub(super) fn redacted(&self) -> Self {
        let nothing = String::new;
        match self {
            Self::Created { owner, kind, .. } => {
                Self::Created { owner: *owner, name: nothing(), kind: *kind }
            }
            Self::Renamed { .. } => Self::Renamed { name: nothing() },
            Self::EntryAdded { entry_id, thing, place, .. } => Self::EntryAdded {
                entry_id: *entry_id,
                thing: thing.clone(),
                title: nothing(),
                place: *place,
            },
            Self::EntryMoved { .. } | Self::EntryRemoved { .. } | Self::Deleted {} => self.clone(),
        }
    }
}
