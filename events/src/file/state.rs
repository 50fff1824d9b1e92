use mediary_schema::file::Verified;

use super::Event;

/// Where a file is and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The path below the library; none if there is no such file.
    pub path: Option<String>,
    /// What it is known by.
    pub verified: Option<Verified>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Recorded { path, verified, .. } => {
                self.path = Some(path.clone());
                self.verified = Some(verified.clone());
            }
        }
    }
}
