use async_graphql::SimpleObject;
use mediary_schema::{TemplateVersion, template::Settings};

/// Settings of jobs under a name.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Template {
    /// What people call it.
    name: String,
    /// Which version this is, from 1.
    version: u32,
    /// How much jobs matter that are started by it; none if it does not say.
    priority: Option<u8>,
    /// What they are started together with.
    batch: Option<String>,
    /// Words by which they are found.
    tags: Vec<String>,
}

impl Template {
    pub(super) fn new(template: TemplateVersion, settings: Settings) -> Self {
        let Settings { priority, batch, tags } = settings;
        Self {
            name: template.name.into(),
            version: template.version,
            priority: priority.map(Into::into),
            batch: batch.map(Into::into),
            tags: tags.into_iter().map(Into::into).collect(),
        }
    }
}
