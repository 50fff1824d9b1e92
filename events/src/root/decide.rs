use mediary_schema::{
    account::Permission,
    root::{BadFolder, Folder, RootId, RootKind},
};

use super::{Command, Event, State};
use crate::{
    Concern, EventKind, Subjects,
    name::{self, NAME_CHARS_MAX},
};

/// The kernel part `root`.
#[derive(Debug)]
pub struct Root;

/// Roots of an installation: each is named by a person, and all of them are looked at one after the other.
const ROOTS_MAX: usize = 100;
/// What the library of the configuration is called.
const LIBRARY: &str = "library";

/// Why a command on a root is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A path that nobody may name.
    #[error(transparent)]
    BadFolder(#[from] BadFolder),
    /// A name that nobody could type or tell from an id.
    #[error(
        "a root's name has 1 to {NAME_CHARS_MAX} characters, no control characters, no space at its ends, and does not \
         begin like an id"
    )]
    BadName,
    /// Another root is called so.
    #[error("there is a root called {name:?} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The folder is another root.
    #[error("the folder is the root {name:?} already, which is another")]
    FolderTaken {
        /// What that is called.
        name: String,
    },
    /// The folder lies in no root, and whoever asks may name no other.
    #[error("the folder lies in no root")]
    Outside,
    /// More roots than anybody can oversee.
    #[error("there are {ROOTS_MAX} roots already")]
    TooMany,
    /// There is no such root.
    #[error("there is no {root_id}")]
    NotFound {
        /// The root.
        root_id: RootId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::BadFolder(_) => "ROOT_BAD_FOLDER",
            Self::BadName => "ROOT_BAD_NAME",
            Self::NameTaken { .. } => "ROOT_NAME_TAKEN",
            Self::FolderTaken { .. } => "ROOT_FOLDER_TAKEN",
            Self::Outside => "ROOT_OUTSIDE",
            Self::TooMany => "ROOT_TOO_MANY",
            Self::NotFound { .. } => "ROOT_NOT_FOUND",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::BadFolder(_) | Self::BadName | Self::TooMany => None,
            Self::NameTaken { .. } => Some("choose another name with --name".to_owned()),
            Self::FolderTaken { .. } | Self::NotFound { .. } => {
                Some("`mediary file root list` shows those that there are".to_owned())
            }
            Self::Outside => Some(
                "on the server's own machine `mediary file root add` registers any folder, with the local token"
                    .to_owned(),
            ),
        }
    }
}

impl Concern for Root {
    const NAME: &'static str = "root";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("added", 1, 0).says("Files may lie below it from now on.").about(&["root"]),
        EventKind::new("moved", 1, 0).says("It lies elsewhere, with all that is in it.").about(&["root"]),
        EventKind::new("went_away", 1, 0)
            .says("It is not there: a drive that was taken out, a share that is not mounted.")
            .about(&["root"]),
        EventKind::new("came_back", 1, 0).says("It is there again.").about(&["root"]),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Add { .. } => Permission::CONFIGURE,
            Command::Configure { .. } | Command::Look { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        match command {
            Command::Add { root_id, kind, name, folder, is_owners_machine } => {
                if let Some(known) = state.roots.iter().find(|root| root.folder == folder) {
                    let is_same = known.kind == kind && known.name == name;
                    let name = known.name.clone();
                    return if is_same { Ok(vec![]) } else { Err(Rejection::FolderTaken { name }) };
                }
                if !is_owners_machine && state.of_folder(&folder).is_none() {
                    return Err(Rejection::Outside);
                }
                if !name::is_name(&name, RootId::KIND) {
                    return Err(Rejection::BadName);
                }
                if state.roots.len() >= ROOTS_MAX {
                    return Err(Rejection::TooMany);
                }
                if name == LIBRARY || state.roots.iter().any(|root| root.name == name) {
                    return Err(Rejection::NameTaken { name });
                }
                Ok(vec![Event::Added { root_id, kind, name, folder }])
            }
            Command::Configure { folder } => configure(state, folder),
            Command::Look { root_id, is_there } => match state.root(root_id) {
                None => Err(Rejection::NotFound { root_id }),
                Some(root) if root.is_away != is_there => Ok(vec![]),
                Some(_) if is_there => Ok(vec![Event::CameBack { root_id }]),
                Some(_) => Ok(vec![Event::WentAway { root_id }]),
            },
        }
    }

    fn subjects(_: &State, event: &Event) -> Subjects {
        match event {
            Event::Added { root_id, .. }
            | Event::Moved { root_id, .. }
            | Event::WentAway { root_id }
            | Event::CameBack { root_id } => Subjects::of([Some((*root_id).into())]),
        }
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }

    fn state_bytes(state: &State) -> usize {
        size_of_val(state) + state.roots.len() * (Folder::BYTES_MAX + 4 * NAME_CHARS_MAX)
    }
}

/// The library is the same one wherever its owner moved it.
fn configure(state: &State, folder: Folder) -> Result<Vec<Event>, Rejection> {
    let root_id = RootId::LIBRARY;
    let taken = state.roots.iter().find(|root| root.folder == folder && root.id != root_id);
    if let Some(taken) = taken {
        return Err(Rejection::FolderTaken { name: taken.name.clone() });
    }
    Ok(match state.root(root_id) {
        Some(known) if known.folder == folder => vec![],
        Some(_) => vec![Event::Moved { root_id, folder }],
        None => {
            let (kind, name) = (RootKind::Library, LIBRARY.to_owned());
            vec![Event::Added { root_id, kind, name, folder }]
        }
    })
}
