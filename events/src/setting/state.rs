use mediary_schema::setting::Limits;

use super::Event;

/// The settings as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// How much runs at once.
    pub limits: Limits,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::LimitsChanged { limits } => self.limits = limits.clone(),
        }
    }
}
