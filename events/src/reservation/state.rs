use uuid::Uuid;

use super::Event;

/// Who holds the name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The holder, if it is claimed.
    pub holder: Option<Uuid>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Taken { holder, .. } => self.holder = Some(*holder),
            Event::Released { .. } => self.holder = None,
        }
    }
}
