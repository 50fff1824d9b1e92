//! `mediary file`: what is in the library.

use clap::{Subcommand, builder::RangedU64ValueParser};
use serde_json::json;

use super::{
    download::{FILE, File},
    failure::Failure,
    named::{self, Kind},
    page,
};
use crate::{
    client::{Client, Document},
    output::{Output, Table, bytes, duration, fields, moment, optional, word},
};

/// What can be done with files.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List files, newest first.
    List {
        /// Only those with this text in their path, in whichever case.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
        limit: Option<usize>,
    },
    /// Show a file.
    Show {
        /// Its id or the first digits of it, its path or a part of it, or `@last`.
        #[arg(value_name = "FILE")]
        id: String,
    },
}

pub(crate) const LIST: Document = Document::repeatable(&[
    "query Files($first: Int!, $after: String, $search: String) {
  files(first: $first, after: $after, search: $search) { nodes { ...File } pageInfo { hasNextPage endCursor } }
}",
    FILE,
]);

pub(crate) const SHOW: Document =
    Document::repeatable(&["query File($id: ID!) { file(id: $id) { ...File } }", FILE]);

/// Does what the verb says.
pub(crate) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::List { search, limit } => {
            let files: Vec<File> = page::all(client, &LIST, json!({ "search": search }), limit).await?;
            Ok(output.show(&files, |files| table(files))?)
        }
        Verb::Show { id } => {
            let id = named::id(client, Kind::File, &id).await?;
            let file: Option<File> = client.ask(&SHOW, json!({ "id": id })).await?;
            let file =
                file.ok_or(Failure::NotFound { id, advice: "`mediary file list` shows what there is" })?;
            Ok(output.show(&file, details)?)
        }
    }
}

fn table(files: &[File]) -> String {
    let mut table = Table::new(&["id", "state", "size", "length", "path"]);
    for file in files {
        table.row([
            file.id.clone(),
            word(&file.state),
            bytes(file.size_bytes),
            duration(file.duration_ms),
            file.path.clone(),
        ]);
    }
    table.text("no files; `mediary download start` makes some")
}

fn details(file: &File) -> String {
    let picture = file.width.zip(file.height).map(|(width, height)| format!("{width} × {height}"));
    fields(&[
        ("id", Some(file.id.clone())),
        ("path", Some(file.path.clone())),
        ("state", Some(word(&file.state))),
        ("size", Some(bytes(file.size_bytes))),
        ("length", Some(duration(file.duration_ms))),
        ("picture", picture),
        (
            "codecs",
            Some([&file.video_codec, &file.audio_codec].map(|codec| optional(codec.as_deref())).join(", ")),
        ),
        ("container", Some(file.container.clone())),
        ("checked", Some(word(&file.check))),
        (
            "odd",
            Some(file.oddities.iter().map(|oddity| word(oddity)).collect::<Vec<_>>().join(", "))
                .filter(|odd| !odd.is_empty()),
        ),
        ("blake3", Some(file.blake3.clone())),
        ("item", file.item_id.clone()),
        ("recorded", Some(moment(&file.recorded_at))),
    ])
}
