use std::collections::BTreeMap;

use mediary_schema::{Label, TemplateVersion, template::Settings};

use super::Event;

/// The templates of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Every name that there ever was: numbers go on where they were.
    pub(super) names: BTreeMap<Label, Saved>,
}

/// A name, as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The last version, from 1.
    pub version: u32,
    /// Its settings; none if the template was removed.
    pub settings: Option<Settings>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Saved { name, version, settings } => {
                let saved = Saved { version: *version, settings: Some(settings.clone()) };
                self.names.insert(name.clone(), saved);
            }
            Event::Removed { name } => {
                if let Some(saved) = self.names.get_mut(name) {
                    saved.settings = None;
                }
            }
        }
    }

    /// What is started by this name now, if there is such a template.
    pub fn find(&self, name: &Label) -> Option<(TemplateVersion, &Settings)> {
        let Saved { version, settings } = self.names.get(name)?;
        Some((TemplateVersion { name: name.clone(), version: *version }, settings.as_ref()?))
    }

    /// Every template that there is, by its name.
    pub fn all(&self) -> impl Iterator<Item = (TemplateVersion, &Settings)> {
        self.names.keys().filter_map(|name| self.find(name))
    }
}
