//! What may be asked about jobs: a form for each command.

use mediary_schema::{
    JobId, Label, Priority, Several, TemplateVersion, Timestamp, account::Permission, template::Settings,
    ticket,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// End jobs for good.
    #[serde(rename = "job.cancel")]
    Cancel(Cancel),
    /// Hold jobs.
    #[serde(rename = "job.pause")]
    Pause(Pause),
    /// Put held jobs back into the queue.
    #[serde(rename = "job.resume")]
    Resume(Resume),
    /// Do the work of ended jobs again.
    #[serde(rename = "job.retry")]
    Retry(Retry),
    /// Say anew how much jobs matter.
    #[serde(rename = "job.set")]
    Set(Set),
}

/// Says anew how much jobs matter that have not ended. What runs goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The jobs.
    pub job_ids: Several<JobId>,
    /// How much they matter, from 0 to 9: the higher one is first, and whoever waits long overtakes.
    pub priority: Priority,
}

/// Ends jobs for good. A running one is asked to stop, and its partial files are removed once it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Holds jobs. A running one is asked to stop, and what it did is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Puts held jobs back into the queue; one that waits for its time is tried now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The jobs.
    pub job_ids: Several<JobId>,
}

/// Does the work of ended jobs again, as new jobs: an ended job never comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The jobs.
    pub job_ids: Several<JobId>,
    /// When the turn of the new ones comes. If it is left out, they have priority, batch and tags of the ended ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Option<Ticket>,
}

/// When the turn of work comes that a command starts, and under which names its jobs are found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// The name of a template, for whatever is not said here. Tags are had besides those of the template.
    #[serde(default, skip_serializing_if = "is_default")]
    pub template: Option<Label>,
    /// How much it matters, from 0 to 9: the higher one is first, and whoever waits long overtakes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Option<Priority>,
    /// Not before this moment.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub at: Option<Timestamp>,
    /// Not before this job is done. If it comes to nothing, what waits for it is held until somebody resumes it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after: Option<JobId>,
    /// A name for all that is started together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub batch: Option<Label>,
    /// Words by which it is found, each once.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schemars(length(max = 16))]
    pub tags: Vec<Label>,
}

/// The answer to a ticket with more tags than a job may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{count} tags are too many: a job may have {}", ticket::Ticket::TAGS_MAX)]
pub struct TooManyTags {
    count: usize,
}

impl Ticket {
    /// The ticket of each job that comes of it, with the template that it names.
    pub fn of_job(
        &self,
        template: Option<(TemplateVersion, Settings)>,
    ) -> Result<ticket::Ticket, TooManyTags> {
        let Self { template: _, priority, at, after, batch, mut tags } = self.clone();
        let (template, settings) = template.unzip();
        let settings = settings.unwrap_or_default();
        let priority = priority.or(settings.priority).unwrap_or_default();
        let batch = batch.or(settings.batch);
        tags.extend(settings.tags);
        tags.sort();
        tags.dedup();
        if tags.len() > ticket::Ticket::TAGS_MAX {
            return Err(TooManyTags { count: tags.len() });
        }
        Ok(ticket::Ticket { priority, at, after, batch, tags, template, bulk: false })
    }
}

impl crate::Rejection for TooManyTags {
    fn code(&self) -> &'static str {
        "JOB_TOO_MANY_TAGS"
    }
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("job.cancel", Permission::OPERATE, schema_of::<Cancel>),
        CommandKind::new("job.pause", Permission::OPERATE, schema_of::<Pause>),
        CommandKind::new("job.resume", Permission::OPERATE, schema_of::<Resume>),
        CommandKind::new("job.retry", Permission::OPERATE, schema_of::<Retry>),
        CommandKind::new("job.set", Permission::OPERATE, schema_of::<Set>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Cancel(_) => "job.cancel",
            Self::Pause(_) => "job.pause",
            Self::Resume(_) => "job.resume",
            Self::Retry(_) => "job.retry",
            Self::Set(_) => "job.set",
        }
    }
}
