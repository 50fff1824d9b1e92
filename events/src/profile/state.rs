use std::collections::BTreeMap;

use mediary_schema::profile::{Profile, ProfileName, Rules};

use super::Event;

/// The profiles of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Every name that there ever was: numbers go on where they were.
    pub(super) names: BTreeMap<ProfileName, Saved>,
}

/// A name, as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The last version, from 1.
    pub version: u32,
    /// Its rules; none if the profile was removed.
    pub rules: Option<Rules>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Saved { name, version, rules } => {
                let saved = Saved { version: *version, rules: Some(Rules::clone(rules)) };
                self.names.insert(name.clone(), saved);
            }
            Event::Removed { name } => {
                if let Some(saved) = self.names.get_mut(name) {
                    saved.rules = None;
                }
            }
        }
    }

    /// The profile of one's own that has this name now, if there is one.
    pub fn find(&self, name: &ProfileName) -> Option<Profile> {
        let Saved { version, rules } = self.names.get(name)?;
        Some(Profile { name: name.clone(), version: *version, rules: rules.clone()? })
    }

    /// Every profile of one's own that there is, by its name.
    pub fn all(&self) -> impl Iterator<Item = Profile> {
        self.names.keys().filter_map(|name| self.find(name))
    }
}
