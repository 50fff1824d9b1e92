use mediary_schema::lane::{Hold, Lane};
use serde::{Deserialize, Serialize};

use super::Event;

/// Which lanes of a project are held.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// One for each held lane, in the order in which they were first held.
    pub holds: Vec<Hold>,
}

impl State {
    /// Takes an event in.
    pub fn evolve(&mut self, event: &Event) {
        match event {
            Event::Held { hold } => match self.holds.iter_mut().find(|held| held.lane == hold.lane) {
                Some(held) => *held = hold.clone(),
                None => self.holds.push(hold.clone()),
            },
            Event::Released { lane } => self.holds.retain(|held| held.lane != *lane),
        }
    }

    /// The hold of a lane, if it is held.
    pub fn of(&self, lane: &Lane) -> Option<&Hold> {
        self.holds.iter().find(|held| held.lane == *lane)
    }
}
