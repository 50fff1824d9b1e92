//! Stories of templates: settings of jobs, kept under a name.

use mediary_events::{
    Asked as _, Concern as _, codec,
    template::{
        Ask, Command, Rejection, Template,
        ask::{Import, Remove, Save},
    },
};
use mediary_schema::{Label, TemplateVersion, account::Permission, template::Settings};
use serde::Serialize;

use crate::gate::{Entry, Fanout, Refusal, Story, Transaction, decode};

/// Templates, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Template::NAME,
    events: Template::EVENTS,
    retired: Template::RETIRED,
    redact: codec::redacted::<Template>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What a command on templates answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Told {
    /// The template as it is now; none if it was removed.
    pub template: Option<TemplateVersion>,
    /// What jobs have that are started by it.
    pub settings: Option<Settings>,
    /// Those that were asked for together, as they are now, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub imported: Vec<(TemplateVersion, Settings)>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        // The templates of a project are one stream: a name is had once.
        let project = story.caller().project.uuid();
        story.require(Permission::OPERATE)?;
        let mut execute = |command| story.execute::<Template>(project, command);
        match self.clone() {
            Self::Save(Save { name, settings }) => {
                execute(Command::Save { name: name.clone(), settings })?;
                told(story, &name)
            }
            Self::Remove(Remove { name }) => {
                execute(Command::Remove { name: name.clone() })?;
                told(story, &name)
            }
            Self::Import(Import { templates }) => {
                let names: Vec<Label> = templates.keys().cloned().collect();
                for (name, settings) in templates {
                    execute(Command::Save { name, settings })?;
                }
                let imported = names.iter().map(|name| find(story, name)).collect::<Result<_, _>>()?;
                Ok(Told { imported, ..Told::default() })
            }
        }
    }
}

/// A template that was saved or removed, as it is now.
fn told(story: &mut Transaction<'_>, name: &Label) -> Result<Told, Refusal> {
    let project = story.caller().project.uuid();
    let found = story.state::<Template>(project)?.find(name);
    let (template, settings) = found.map(|(version, settings)| (version, settings.clone())).unzip();
    Ok(Told { template, settings, imported: Vec::new() })
}

/// The template of a name, as it is now.
pub(super) fn find(
    story: &mut Transaction<'_>,
    name: &Label,
) -> Result<(TemplateVersion, Settings), Refusal> {
    let project = story.caller().project.uuid();
    match story.state::<Template>(project)?.find(name) {
        Some((version, settings)) => Ok((version, settings.clone())),
        None => Err(Rejection::NotFound { name: name.clone() }.into()),
    }
}
