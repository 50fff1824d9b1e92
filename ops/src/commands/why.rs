//! `mediary why`: the chain of causes.

use clap::Args;
use serde_json::json;

use super::{
    failure::Failure,
    named::{self, Kind},
};
use crate::{
    answers::why::{Why as Explanation, explain as answered},
    client::{Client, Document},
    output::{Output, clean},
};

/// What to explain.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mediary why file-01890a5d-ac96-774b-bcce-b302099a8057")]
pub(crate) struct Why {
    /// Any id: a playlist, entry, item, download, job, attempt, file, story, command, event, worker, token; or what a
    /// thing is called: the first digits of its id, its name, title, path or address.
    #[arg(value_name = "THING")]
    id: String,
}

pub(crate) const WHY: Document<answered::Answer> = Document::repeatable(include_str!("why/explain.graphql"));

/// Explains a thing.
pub(crate) async fn run(Why { id }: Why, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let explanation = explain(client, &named::id(client, Kind::ANY, &id).await?).await?;
    Ok(output.show(&explanation, text)?)
}

/// Why a thing is as it is.
pub(crate) async fn explain(client: &Client, id: &str) -> Result<Explanation, Failure> {
    let found: Option<Explanation> = client.ask(&WHY, json!({ "id": id })).await?;
    found.ok_or_else(|| Failure::NotFound {
        id: id.to_owned(),
        advice: "ids are shown by `mediary playlist show`, `download list` and `job list`",
    })
}

/// One sentence a line, the first cause first.
pub(crate) fn text(explanation: &Explanation) -> String {
    let lines: Vec<String> = explanation.sentences.iter().map(|sentence| clean(sentence)).collect();
    lines.join("\n")
}
