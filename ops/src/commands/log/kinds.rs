use clap::Args;
use serde_json::json;

use crate::{
    answers::log::{EventKind, kinds},
    client::{Client, Document},
    commands::failure::Failure,
    output::{Output, Table},
};

/// Which kinds of events.
#[derive(Debug, Args)]
pub(crate) struct Kinds {
    /// Only those of this concern.
    #[arg(value_name = "CONCERN")]
    concern: Option<String>,
}

pub(crate) const KINDS: Document<kinds::Answer> = Document::repeatable(include_str!("kinds.graphql"));

pub(super) async fn run(
    Kinds { concern }: Kinds,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let kinds: Vec<EventKind> = client.ask(&KINDS, json!({ "concern": concern })).await?;
    Ok(output.show(&kinds, |kinds| table(kinds))?)
}

fn table(kinds: &[EventKind]) -> String {
    let mut table = Table::new(&["event", "version", "what it means"]);
    for EventKind { kind, schema, meaning, .. } in kinds {
        table.row([kind.clone(), schema.clone(), meaning.clone()]);
    }
    table.text("you may read of none")
}
