//! `mediary job template`: settings of jobs under a name.

mod entry;

use clap::{Args, Subcommand, builder::RangedI64ValueParser};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, noun::Verbs, playlist::input};
use crate::{
    answers::template::{Template, import, list, remove, save},
    client::{Client, Document},
    output::{Output, Table},
};

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the templates, by name.
    List,
    /// Keep settings under a name, as its next version; jobs that were started by an earlier one stay as they are.
    #[command(
        after_help = "Example:\n  mediary job template save night --priority 2 --tag films\n  mediary download start --url URL --template night"
    )]
    Save(Save),
    /// Start nothing by a template any more; jobs that were started by it stay as they are.
    Remove {
        /// What it is called.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
}

/// What jobs have that are started by it.
#[derive(Debug, Args)]
pub(crate) struct Save {
    /// What it is called.
    #[arg(value_name = "NAME")]
    name: String,
    /// How much they matter, from 0 to 9: the higher one is first, and whoever waits long overtakes.
    #[arg(long, value_name = "0..9", value_parser = RangedI64ValueParser::<i64>::new().range(0..=9))]
    priority: Option<i64>,
    /// A name for all that is started together.
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// A word by which they are found; may be given several times.
    #[arg(long = "tag", value_name = "T")]
    tags: Vec<String>,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("template/list.graphql"));

pub(crate) const SAVE: Document<save::Answer> = Document::repeatable(include_str!("template/save.graphql"));

pub(crate) const IMPORT: Document<import::Answer> =
    Document::repeatable(include_str!("template/import.graphql"));

pub(crate) const REMOVE: Document<remove::Answer> =
    Document::repeatable(include_str!("template/remove.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        let templates: Vec<Template> = match self {
            Self::List => client.ask(&LIST, json!({})).await?,
            Self::Save(Save { name, priority, batch, tags, intent }) => {
                let wanted = json!({ "name": name, "priority": priority, "batch": batch, "tags": tags });
                let outcome = client.meant(intent).act(&SAVE, input(wanted)).await?;
                Failure::refused(outcome.user_errors)?;
                outcome.payload.template.into_iter().collect()
            }
            Self::Remove { name, intent } => {
                let wanted = json!({ "name": name });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                return Ok(output.show(&wanted, |_| format!("nothing is started by {name} any more"))?);
            }
        };
        Ok(output.show(&templates, |templates| table(templates))?)
    }
}

fn table(templates: &[Template]) -> String {
    let mut table = Table::new(&["name", "version", "priority", "batch", "tags"]);
    let unsaid = || "-".to_owned();
    for template in templates {
        table.row([
            template.name.clone(),
            template.version.to_string(),
            template.priority.map_or_else(unsaid, |priority| priority.to_string()),
            template.batch.clone().unwrap_or_else(unsaid),
            if template.tags.is_empty() { unsaid() } else { template.tags.join(", ") },
        ]);
    }
    table.text("no templates; `mediary job template save NAME` keeps one")
}
