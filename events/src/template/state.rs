use mediary_schema::{Label, TemplateVersion, template::Settings};

use super::Event;
use crate::named::Named;

/// The templates of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub(super) named: Named<Label, Settings>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Saved { name, version, settings } => {
                self.named.save(name, *version, settings.clone());
            }
            Event::Removed { name } => self.named.remove(name),
        }
    }

    /// What is started by this name now, if there is such a template.
    pub fn find(&self, name: &Label) -> Option<(TemplateVersion, &Settings)> {
        let (version, settings) = self.named.find(name)?;
        Some((TemplateVersion { name: name.clone(), version }, settings))
    }

    /// Every template that there is, by its name.
    pub fn all(&self) -> impl Iterator<Item = (TemplateVersion, &Settings)> {
        self.named.names().filter_map(|name| self.find(name))
    }
}
