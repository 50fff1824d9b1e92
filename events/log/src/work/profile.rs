//! Stories of profiles: rules by which files are made of files, kept under a name.

use mediary_events::{
    Asked as _, Concern as _, codec,
    profile::{
        Ask, Command, Profiles, Rejection,
        ask::{Remove, Save},
    },
};
use mediary_schema::{
    account::Permission,
    profile::{Profile, ProfileName},
};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Profiles, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Profiles::NAME,
    events: Profiles::EVENTS,
    retired: Profiles::RETIRED,
    redact: codec::redacted::<Profiles>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on profiles answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The profile as it is now; none if it was removed.
    pub profile: Option<Profile>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        // The profiles of a project are one stream: a name is had once.
        let project = story.caller().project.uuid();
        let (name, command) = match self {
            Self::Save(asked) => {
                let Save { name, rules } = &**asked;
                (name, Command::Save { name: name.clone(), rules: Box::new(rules.clone()) })
            }
            Self::Remove(Remove { name }) => (name, Command::Remove { name: name.clone() }),
        };
        story.execute::<Profiles>(project, command)?;
        Ok(Told { profile: story.state::<Profiles>(project)?.find(name) })
    }
}

/// The profile of a name, as it is now: one that ships with the program, or one of the project's own.
pub(super) fn find(story: &mut Transaction<'_>, name: &ProfileName) -> Result<Profile, Refusal> {
    let project = story.caller().project.uuid();
    let found = match Profile::find_shipped(name.as_str()) {
        Some(shipped) => Some(shipped),
        None => story.state::<Profiles>(project)?.find(name),
    };
    found.ok_or_else(|| Rejection::NotFound { name: name.clone() }.into())
}
