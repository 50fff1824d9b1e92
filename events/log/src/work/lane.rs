//! Stories of lanes: what holds one, and what releases it.

use mediary_events::{
    Asked as _, Concern as _, codec,
    lane::{Ask, Command, Lanes, ask},
};
use mediary_schema::{
    ProjectId,
    account::Permission,
    lane::{Hold, Lane},
};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Lanes, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Lanes::NAME,
    events: Lanes::EVENTS,
    retired: Lanes::RETIRED,
    redact: codec::redacted::<Lanes>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on lanes answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The lane.
    pub lane: Lane,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        let (Self::Pause(ask::Pause { lane }) | Self::Resume(ask::Resume { lane })) = self;
        let lane: Lane = lane.parse()?;
        let command = match self {
            Self::Pause(_) => Command::Pause { lane: lane.clone() },
            Self::Resume(_) => Command::Resume { lane: lane.clone() },
        };
        // One machine, whosever work needs it.
        story.execute::<Lanes>(ProjectId::HOME.uuid(), command)?;
        Ok(Told { lane })
    }
}

/// Begins nothing any more that needs the lane.
pub(crate) fn hold(story: &mut Transaction<'_>, hold: Hold) -> Result<(), Refusal> {
    let project = story.caller().project;
    story.entail::<Lanes>(project.uuid(), Command::Hold { hold })
}

/// Goes on with what needs the lane, unless it was held anew since.
pub fn release(story: &mut Transaction<'_>, hold: Hold) -> Result<(), Refusal> {
    story.essential();
    let project = story.caller().project;
    story.execute::<Lanes>(project.uuid(), Command::Release { hold })
}
