use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::template::{Ask, ask};
use mediary_schema::{Priority, template::Settings};

use super::object::Template;
use crate::{
    asking::{self, Done, Terms},
    job::{bad_ticket, label},
};

#[derive(Debug, Default)]
pub(crate) struct TemplateMutation;

/// Settings of jobs, to be kept under a name.
#[derive(Debug, InputObject)]
pub(crate) struct TemplateSaveInput {
    /// What people call it.
    name: String,
    /// How much jobs matter that are started by it, from 0 to 9.
    priority: Option<i32>,
    /// What they are started together with.
    batch: Option<String>,
    /// Words by which they are found; at most 16.
    #[graphql(default)]
    tags: Vec<String>,
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

#[Object]
impl TemplateMutation {
    /// Keeps settings of jobs under a name, as its next version. Jobs that were started by an earlier one stay as they are.
    async fn template_save(
        &self,
        context: &Context<'_>,
        input: TemplateSaveInput,
    ) -> Result<TemplatePayload> {
        let TemplateSaveInput { name, priority, batch, tags, terms } = input;
        let priority = priority.map(i64::from).map(Priority::try_from).transpose();
        let settings = Settings {
            priority: priority.map_err(|error| bad_ticket(&error))?,
            batch: batch.as_deref().map(label).transpose()?,
            tags: tags.iter().map(|tag| label(tag)).collect::<Result<_>>()?,
        };
        payload(context, terms, Ask::Save(ask::Save { name: label(&name)?, settings })).await
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

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<TemplatePayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let template = told.and_then(|told| Some(Template::new(told.template?, told.settings?)));
    Ok(TemplatePayload { template, done })
}
