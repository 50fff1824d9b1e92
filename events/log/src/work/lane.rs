//! Stories of lanes: what holds one, and what releases it.

use mediary_events::{
    Concern as _, codec,
    lane::{Command, Lanes},
};
use mediary_schema::{account::Permission, lane::Hold};

use crate::gate::{Entry, Fanout, Refusal, Transaction, asks_nothing};

/// Lanes, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Lanes::NAME,
    events: Lanes::EVENTS,
    retired: Lanes::RETIRED,
    redact: codec::redacted::<Lanes>,
    commands: &[],
    decode: asks_nothing,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

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
