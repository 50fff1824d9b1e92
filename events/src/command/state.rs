use super::Event;

/// Whether a command is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Whether it was accepted.
    pub accepted: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Accepted {} => self.accepted = true,
        }
    }
}
