use mediary_schema::profile::{Profile, ProfileName, Rules};

use super::Event;
use crate::named::Named;

/// The profiles of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub(super) named: Named<ProfileName, Rules>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Saved { name, version, rules } => {
                self.named.save(name, *version, Rules::clone(rules));
            }
            Event::Removed { name } => self.named.remove(name),
        }
    }

    /// The profile of one's own that has this name now, if there is one.
    pub fn find(&self, name: &ProfileName) -> Option<Profile> {
        let (version, rules) = self.named.find(name)?;
        Some(Profile { name: name.clone(), version, rules: rules.clone() })
    }

    /// Every profile of one's own that there is, by its name.
    pub fn all(&self) -> impl Iterator<Item = Profile> {
        self.named.names().filter_map(|name| self.find(name))
    }
}
