//! `mediary why`: the chain of causes.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{
    failure::Failure,
    log::Target,
    named::{self, Kind},
};
use crate::{
    answers::why::{Why as Explanation, explain as answered},
    client::{Client, Document},
    output::{Output, clean},
};

/// What to explain.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mediary why file-01890a5d-ac96-774b-bcce-b302099a8057
  mediary why 'Sample videos' --html why.html")]
pub(crate) struct Why {
    /// Any id: a playlist, entry, item, download, job, attempt, file, story, command, event, worker, token; or what a
    /// thing is called: the first digits of its id, its name, title, path or address.
    #[arg(value_name = "THING")]
    id: String,
    /// Write it as one HTML file that a person reads and that proves itself.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "html")]
    force: bool,
}

pub(crate) const WHY: Document<answered::Answer> = Document::repeatable(include_str!("why/explain.graphql"));

/// Explains a thing.
pub(crate) async fn run(why: Why, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Why { id, html, force } = why;
    let target = html.map(|file| Target::try_new(&file, force)).transpose()?;
    let id = named::id(client, Kind::ANY, &id).await?;
    if let Some(target) = target {
        return target.write(json!({ "why": id }), client, output).await;
    }
    let explanation = explain(client, &id).await?;
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
