//! `mediary download archive`: yt-dlp's archive, out and in.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    client::{Client, Document},
    commands::{failure::Failure, playlist::input},
    output::{Output, plural},
};

/// What can be done with archives.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write a line `<extractor> <id>` for every item that is kept.
    Export {
        /// Where to; `-` is stdout.
        #[arg(value_name = "FILE", default_value = "-")]
        file: PathBuf,
    },
    /// Take over what another tool fetched.
    Import {
        /// Where from; `-` is stdin.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(crate) const EXPORT: Document = Document::repeatable(&["query DownloadArchive { downloadArchive }"]);

pub(crate) const IMPORT: Document =
    Document::repeatable(&["mutation DownloadArchiveImport($input: DownloadArchiveImportInput!) {
  downloadArchiveImport(input: $input) { itemCount skippedCount userErrors { code message advice retryable } }
}"]);

/// Lines that are sent at once: as many as one command takes.
const LINES_MAX: usize = 500;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Imported {
    item_count: u64,
    skipped_count: u64,
}

pub(super) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Export { file } => export(&file, client, output).await,
        Verb::Import { file } => import(&file, client, output).await,
    }
}

async fn export(file: &Path, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let text: String = client.ask(&EXPORT, json!({})).await?;
    let lines = text.lines().count() as u64;
    if file == Path::new("-") {
        return Ok(output.show(&json!({ "downloadArchive": text }), |_| text.clone())?);
    }
    fs::write(file, &text).map_err(Failure::file("writing", file))?;
    let told = json!({ "file": file, "itemCount": lines });
    let items = plural(lines, "item", "items");
    Ok(output.show(&told, |_| format!("{items} written to {}", file.display()))?)
}

async fn import(file: &Path, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let text = read(file).map_err(Failure::file("reading", file))?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut total = Imported::default();
    let mut refused = Vec::new();
    for part in lines.chunks(LINES_MAX) {
        let outcome = client.act::<Imported>(&IMPORT, input(json!({ "text": part.join("\n") }))).await?;
        total.item_count += outcome.payload.item_count;
        total.skipped_count += outcome.payload.skipped_count;
        refused = outcome.user_errors;
        if !refused.is_empty() {
            break;
        }
    }
    output.show(&total, |total| {
        let items = plural(total.item_count, "item", "items");
        let lines = plural(total.skipped_count, "line", "lines");
        format!("{items} taken over, {lines} skipped")
    })?;
    Failure::refused(refused)
}

fn read(file: &Path) -> io::Result<String> {
    if file != Path::new("-") {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
