use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::template::{Ask, ask};
use mediary_schema::{Label, Priority, template::Settings};

use super::object::Template;
use crate::{
    asking::{self, Done, Terms},
    error::fault,
    job::{bad_ticket, label},
};

#[derive(Debug, Default)]
pub(crate) struct TemplateMutation;

/// Settings of jobs, to be kept under a name.
#[derive(Debug, InputObject)]
pub(crate) struct TemplateInput {
    /// What people call it.
    name: String,
    /// How much jobs matter that are started by it, from 0 to 9.
    priority: Option<i32>,
    /// What they are started together with.
    batch: Option<String>,
    /// Words by which they are found; at most 16.
    #[graphql(default)]
    tags: Vec<String>,
}

/// Settings of jobs, to be kept under a name.
#[derive(Debug, InputObject)]
pub(crate) struct TemplateSaveInput {
    #[graphql(flatten)]
    template: TemplateInput,
    #[graphql(flatten)]
    terms: Terms,
}

/// Settings of jobs, to be kept under their names.
#[derive(Debug, InputObject)]
pub(crate) struct TemplateImportInput {
    /// The templates, each name once.
    templates: Vec<TemplateInput>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which template.
#[derive(Debug, InputObject)]
pub(crate) struct TemplateRemoveInput {
    /// What people call it.
    name: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct TemplatePayload {
    /// The template as it is now; none if it was removed.
    template: Option<Template>,
    #[graphql(flatten)]
    done: Done,
}

/// What came of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct TemplateImportPayload {
    /// The templates as they are now, by name; none if one of them was refused.
    templates: Vec<Template>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl TemplateMutation {
    /// Keeps settings of jobs under a name, as its next version. Jobs that were started by an earlier one stay as they are.
    async fn template_save(
        &self,
        context: &Context<'_>,
        input: TemplateSaveInput,
    ) -> Result<TemplatePayload> {
        let (name, settings) = input.template.read()?;
        payload(context, input.terms, Ask::Save(ask::Save { name, settings })).await
    }

    /// Keeps settings of jobs under their names, each as its next version: all of them, or none if one is refused. What has
    /// these settings already stays its version, and so does what is not named.
    async fn template_import(
        &self,
        context: &Context<'_>,
        input: TemplateImportInput,
    ) -> Result<TemplateImportPayload> {
        let TemplateImportInput { templates, terms } = input;
        let mut by_name = BTreeMap::new();
        for template in templates {
            let (name, settings) = template.read()?;
            if by_name.insert(name.clone(), settings).is_some() {
                return Err(fault(&format!("{:?} is named twice", name.as_str()), "BAD_TICKET", false));
            }
        }
        let asked = Ask::Import(ask::Import { templates: by_name });
        let (told, done) = asking::ask(context, terms, asked).await?;
        let imported = told.map(|told| told.imported).unwrap_or_default();
        let templates = imported.into_iter().map(|(template, settings)| Template::new(template, settings));
        Ok(TemplateImportPayload { templates: templates.collect(), done })
    }

    /// Starts nothing by this template any more. Jobs that were started by it stay as they are.
    async fn template_remove(
        &self,
        context: &Context<'_>,
        input: TemplateRemoveInput,
    ) -> Result<TemplatePayload> {
        payload(context, input.terms, Ask::Remove(ask::Remove { name: label(&input.name)? })).await
    }
}

impl TemplateInput {
    fn read(self) -> Result<(Label, Settings)> {
        let Self { name, priority, batch, tags } = self;
        let priority = priority.map(i64::from).map(Priority::try_from).transpose();
        let settings = Settings {
            priority: priority.map_err(|error| bad_ticket(&error))?,
            batch: batch.as_deref().map(label).transpose()?,
            tags: tags.iter().map(|tag| label(tag)).collect::<Result<_>>()?,
        };
        Ok((label(&name)?, settings))
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<TemplatePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let template = told.and_then(|told| Some(Template::new(told.template?, told.settings?)));
    Ok(TemplatePayload { template, done })
}
