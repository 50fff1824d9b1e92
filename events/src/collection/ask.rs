//! What may be asked about personal lists: a form for each command. All of it is about the lists of whoever asks.

use mediary_schema::{
    CollectionEntryId, CollectionId, Subject,
    account::Permission,
    collection::{Spot, Wanted},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about personal lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Make a list.
    #[serde(rename = "collection.create")]
    Create(Create),
    /// Call a list otherwise.
    #[serde(rename = "collection.rename")]
    Rename(Rename),
    /// Take a list away.
    #[serde(rename = "collection.delete")]
    Delete(Delete),
    /// Put things into a list.
    #[serde(rename = "collection.add")]
    Add(Add),
    /// Take rows out of a list.
    #[serde(rename = "collection.remove")]
    Remove(Remove),
    /// Give a row another place.
    #[serde(rename = "collection.move")]
    Move(Move),
    /// Put things into the list of a name, which is made if there is none.
    #[serde(rename = "collection.import")]
    Import(Import),
    /// Say what one likes best.
    #[serde(rename = "collection.favourite")]
    Favourite(Favourite),
}

/// Makes a list of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// What its owner calls it; one of a kind among his lists.
    pub name: String,
}

/// Calls a list otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The list.
    pub collection_id: CollectionId,
    /// What its owner calls it from now on.
    pub name: String,
}

/// Takes a list away. What was in it stays in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The list.
    pub collection_id: CollectionId,
}

/// Puts things at the end of a list, in their order. What is in it already stays as it is, unless it is wanted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Add {
    /// The list.
    pub collection_id: CollectionId,
    /// What is put into it.
    #[schemars(length(max = 1000))]
    pub things: Vec<Wanted>,
    /// Whether what is in it already gets a further row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: bool,
}

/// Takes rows out of a list: these, or all of a thing. What is not in it is no reason to refuse the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The list.
    pub collection_id: CollectionId,
    /// Ids of rows (`collection_entry-<uuid>`) or of what is in them.
    #[schemars(with = "Vec<String>", length(max = 1000))]
    pub ids: Vec<Subject>,
}

/// Gives a row another place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The list.
    pub collection_id: CollectionId,
    /// The row.
    pub entry_id: CollectionEntryId,
    /// Where it goes.
    pub to: Spot,
}

/// Puts things at the end of the list of a name, which is made if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// What its owner calls it.
    pub name: String,
    /// What is put into it.
    #[schemars(length(max = 1000))]
    pub things: Vec<Wanted>,
    /// Whether what is in it already gets a further row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub again: bool,
}

/// Says of things that one likes them best, or that one doesn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Favourite {
    /// The things.
    #[schemars(length(max = 1000))]
    pub things: Vec<Wanted>,
    /// Whether one likes them best; if it is left out, of each the opposite of what was said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_favourite: Option<bool>,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("collection.create", Permission::COLLECT, schema_of::<Create>),
        CommandKind::new("collection.rename", Permission::COLLECT, schema_of::<Rename>),
        CommandKind::new("collection.delete", Permission::COLLECT, schema_of::<Delete>),
        CommandKind::new("collection.add", Permission::COLLECT, schema_of::<Add>),
        CommandKind::new("collection.remove", Permission::COLLECT, schema_of::<Remove>),
        CommandKind::new("collection.move", Permission::COLLECT, schema_of::<Move>),
        CommandKind::new("collection.import", Permission::COLLECT, schema_of::<Import>),
        CommandKind::new("collection.favourite", Permission::COLLECT, schema_of::<Favourite>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "collection.create",
            Self::Rename(_) => "collection.rename",
            Self::Delete(_) => "collection.delete",
            Self::Add(_) => "collection.add",
            Self::Remove(_) => "collection.remove",
            Self::Move(_) => "collection.move",
            Self::Import(_) => "collection.import",
            Self::Favourite(_) => "collection.favourite",
        }
    }
}
