//! Values of the kernel part `collection`: personal lists of what is in the library (MU-05, MU-06).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::{
    CommandId, Identities, PrincipalId, ProjectId, Subject,
    account::{Permission, Role},
    id::ids,
};

ids! {
    /// A personal list: derived from the command that made it; of favourites, from the project and the person.
    CollectionId = "collection";
    /// A row of a personal list: derived from the list, the command that added it and its number in that.
    CollectionEntryId = "collection_entry";
}

impl Permission {
    /// Keep lists of one's own.
    pub const COLLECT: Self = Self::within_project("collect", Role::Editor, "to keep lists of one's own");
}

impl Identities {
    /// The list that a command makes, so that the command repeated makes no second one: one per command.
    pub fn collection(&self, command: CommandId) -> CollectionId {
        CollectionId::from_uuid(self.made_by(CollectionId::KIND, command))
    }

    /// What somebody likes best: one list per person and project.
    pub fn favourites(&self, project: ProjectId, owner: PrincipalId) -> CollectionId {
        let parts = [project.uuid(), owner.uuid()].map(Uuid::into_bytes);
        CollectionId::from_uuid(self.derive("mediary 2 favourites", &[&parts[0], &parts[1]]))
    }

    /// The `number`-th row that a command puts into a list, so that the command repeated names the same rows.
    pub fn collection_entry(
        &self,
        collection: CollectionId,
        command: CommandId,
        number: u32,
    ) -> CollectionEntryId {
        let (list, command) = (collection.uuid(), command.uuid());
        let parts: [&[u8]; 3] = [list.as_bytes(), command.as_bytes(), &number.to_be_bytes()];
        CollectionEntryId::from_uuid(self.derive("mediary 2 collection entry", &parts))
    }
}

/// What a list is to its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionKind {
    /// One that its owner made.
    List,
    /// What its owner likes best: there is one, which stays.
    Favourites,
}

/// Something to be put into a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its id: `file-<uuid>` or `item-<uuid>`.
    #[schemars(with = "String")]
    pub thing: Subject,
    /// What it is called now: the list says so, whatever becomes of it. Its path or its id stands for it if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Where in a list a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// In front of all others.
    First,
    /// Behind all others.
    Last,
    /// Right before this row.
    Before(CollectionEntryId),
    /// Right behind this row.
    After(CollectionEntryId),
}
