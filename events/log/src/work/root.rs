//! Stories of roots: a folder is registered below which files lie.

use mediary_events::{
    Asked as _, Concern as _,
    account::Account,
    codec,
    root::{Ask, Command, Root, ask::Add},
};
use mediary_schema::{
    PrincipalId, ProjectId, TokenId,
    account::{Permission, TokenKind},
    root::{Folder, RootId},
};
use serde::Serialize;

use crate::gate::{Authority, Entry, Fanout, Refusal, Story, Transaction, decode};

/// Roots, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Root::NAME,
    events: Root::EVENTS,
    retired: Root::RETIRED,
    redact: codec::redacted::<Root>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    // They tell paths of the machine.
    read: Permission::CONFIGURE,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on roots answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The root.
    pub root_id: RootId,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let Self::Add(Add { folder, kind, name }) = self;
        story.require(Permission::CONFIGURE)?;
        let folder: Folder = folder.parse().map_err(mediary_events::root::Rejection::from)?;
        let is_owners_machine = is_owners_machine(story)?;
        let roots = story.state::<Root>(ProjectId::HOME.uuid())?;
        let known = roots.roots.iter().find(|root| root.folder == folder).cloned();
        let made = RootId::from_uuid(story.identities().made_by(RootId::KIND, story.caller().command_id));
        let root_id = known.as_ref().map_or(made, |root| root.id);
        let unnamed = || known.map_or_else(|| folder.name().to_owned(), |root| root.name);
        let name = name.clone().unwrap_or_else(unnamed);
        let add = Command::Add { root_id, kind: *kind, name, folder, is_owners_machine };
        story.execute::<Root>(ProjectId::HOME.uuid(), add)?;
        Ok(Told { root_id })
    }
}

/// Whether whoever asks is the owner on the server's own machine: the local token lies in the data folder, which nobody
/// else can read. Over NATS nobody shows it.
fn is_owners_machine(story: &mut Transaction<'_>) -> Result<bool, Refusal> {
    if story.caller().authority == Authority::Platform {
        return Ok(true);
    }
    let token_id = TokenId::from_uuid(story.caller().origin.id);
    let token = story.state::<Account>(PrincipalId::OWNER.uuid())?.tokens.get(&token_id);
    Ok(token.is_some_and(|token| token.kind == TokenKind::Folder))
}

/// Records where the library of the configuration lies.
pub fn configure(story: &mut Transaction<'_>, folder: &Folder) -> Result<(), Refusal> {
    story.execute::<Root>(ProjectId::HOME.uuid(), Command::Configure { folder: folder.clone() })
}

/// Records which roots are there, as far as that is otherwise than it was.
pub fn look(story: &mut Transaction<'_>, seen: &[(RootId, bool)]) -> Result<(), Refusal> {
    seen.iter().try_for_each(|(root_id, is_there)| {
        let (root_id, is_there) = (*root_id, *is_there);
        story.entail::<Root>(ProjectId::HOME.uuid(), Command::Look { root_id, is_there })
    })
}
