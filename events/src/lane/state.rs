use mediary_schema::lane::{Hold, Lane};
use serde::{Deserialize, Serialize};

use super::Event;

/// Which lanes of a project are held.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// One for each held lane, in the order in which they were first held.
    pub holds: Vec<Hold>,
    /// Those that a person holds, whatever else holds them.
    #[serde(default)]
    pub paused: Vec<Lane>,
}

impl State {
    /// Takes an event in.
    pub fn evolve(&mut self, event: &Event) {
        match event {
            Event::Held { hold } => match self.holds.iter_mut().find(|held| held.lane == hold.lane) {
                Some(held) => *held = hold.clone(),
                None => self.holds.push(hold.clone()),
            },
            Event::Paused { lane } if self.is_paused(lane) => {}
            Event::Paused { lane } => self.paused.push(lane.clone()),
            Event::Resumed { lane } => self.paused.retain(|paused| paused != lane),
            Event::Released { lane } => self.holds.retain(|held| held.lane != *lane),
        }
    }

    /// Whether a person holds a lane.
    pub fn is_paused(&self, lane: &Lane) -> bool {
        self.paused.contains(lane)
    }

    /// The hold of a lane, if a condition holds it.
    pub fn of(&self, lane: &Lane) -> Option<&Hold> {
        self.holds.iter().find(|held| held.lane == *lane)
    }
}
