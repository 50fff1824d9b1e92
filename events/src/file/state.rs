use mediary_schema::file::{FileState, Made, Root, Verified};

use super::Event;

/// Where a file is and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_field_names, reason = "a file's state is what everybody calls it")]
pub struct State {
    /// How it stands with its bytes; none if there is no such file.
    pub state: Option<FileState>,
    /// Below which folder it lies.
    pub root: Option<Root>,
    /// The path below that.
    pub path: Option<String>,
    /// What it is known by.
    pub verified: Option<Verified>,
    /// What it is, if it came from a source.
    pub made: Option<Made>,
}

impl State {
    /// Whether its bytes are in their place, as far as anybody looked.
    pub fn is_there(&self) -> bool {
        self.state == Some(FileState::Present)
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Recorded { root, path, verified, made } => {
                self.state = Some(FileState::Present);
                self.root = Some(*root);
                self.path = Some(path.clone());
                self.verified = Some((**verified).clone());
                self.made = *made;
            }
            Event::Found {} => self.state = Some(FileState::Present),
            Event::Changed { .. } => self.state = Some(FileState::Changed),
            Event::Lost {} => self.state = Some(FileState::Lost),
            Event::Trashed {} => self.state = Some(FileState::Trashed),
            Event::Replaced { .. } => self.state = Some(FileState::Replaced),
        }
    }
}
