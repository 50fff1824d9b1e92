//! `mediary project`: whose things are whose.

mod entry;

use clap::Subcommand;
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, intent::Intent, named::Kind, noun::Verbs, playlist::input};
use crate::{
    answers::project::{Project, create, list},
    client::{Client, Document},
    output::{Output, Table, moment},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind =
    Kind::new("PROJECT", "project", "`mediary project list` shows those that there are");

/// What can be done with projects.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a project with nothing in it; `token create --project NAME` lets somebody in.
    #[command(
        after_help = "Example:\n  mediary project create kids\n  mediary token create tablet --project kids"
    )]
    Create {
        /// What people call it.
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        intent: Intent,
    },
    /// List every project of the installation, its own first.
    List,
}

pub(crate) const CREATE: Document<create::Answer> =
    Document::repeatable(include_str!("project/create.graphql"));

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("project/list.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Create { name, intent } => {
                let outcome = client.meant(intent).act(&CREATE, input(json!({ "name": name }))).await?;
                Failure::refused(outcome.user_errors)?;
                let made = outcome.payload.project;
                let told =
                    |made: &Option<Project>| made.as_ref().map(|made| made.id.clone()).unwrap_or_default();
                Ok(output.show(&made, told)?)
            }
            Self::List => {
                let projects: Vec<Project> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&projects, |projects| table(projects))?)
            }
        }
    }
}

fn table(projects: &[Project]) -> String {
    let mut table = Table::new(&["id", "since", "name"]);
    for project in projects {
        let since = project.created_at.as_deref().map_or_else(|| "always".to_owned(), moment);
        table.row([project.id.clone(), since, project.name.clone()]);
    }
    table.text("no projects")
}
