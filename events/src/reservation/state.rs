use mediary_schema::JobId;

use super::Event;

/// Who holds the name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The holder, if it is claimed.
    pub holder: Option<JobId>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Taken { holder, .. } => self.holder = Some(*holder),
            Event::Released { .. } => self.holder = None,
        }
    }
}
