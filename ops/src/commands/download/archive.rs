//! `mediary download archive`: yt-dlp's archive, out and in.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use mediary_events::download::ask::ImportArchive;
use serde_json::json;

use crate::{
    answers::download::import,
    client::{Client, Document, DryRun, Error},
    commands::{failure::Failure, given, intent::Intent, playlist::input},
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
        #[command(flatten)]
        intent: Intent,
    },
}

pub(crate) const IMPORT: Document<import::Answer> = Document::repeatable(include_str!("import.graphql"));

/// Lines that are sent at once: as many as one command takes.
const LINES_MAX: usize = 500;

pub(super) async fn run(verb: Verb, client: &Client, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Export { file } => export(&file, client, output).await,
        Verb::Import { file, intent } => import(&file, &client.meant(intent), output).await,
    }
}

async fn export(file: &Path, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let mut pieces = client.download("v1/download/archive", &[]).await?;
    if file == Path::new("-") && output.is_json() {
        let mut text = Vec::new();
        while let Some(piece) = pieces.next().await? {
            text.extend_from_slice(piece.as_ref());
        }
        let text = String::from_utf8_lossy(&text);
        return Ok(output.show(&json!({ "downloadArchive": text }), |_| String::new())?);
    }
    if file == Path::new("-") {
        while let Some(piece) = pieces.next().await? {
            output.lines(piece.as_ref())?;
        }
        return Ok(());
    }
    let failed = || Failure::file("writing", file);
    let mut written = fs::File::create(file).map_err(failed())?;
    let mut lines = 0;
    while let Some(piece) = pieces.next().await? {
        lines += piece.as_ref().split(|byte| *byte == b'\n').count() as u64 - 1;
        written.write_all(piece.as_ref()).map_err(failed())?;
    }
    let told = json!({ "file": file, "itemCount": lines });
    let items = plural(lines, "item", "items");
    Ok(output.show(&told, |_| format!("{items} written to {}", file.display()))?)
}

async fn import(file: &Path, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let text = given::text_of(file)?;
    // Judged as a whole before a part of it is sent: what is taken over can't be taken back.
    if let Err(error) = ImportArchive::sources(&text) {
        return Err(Failure::Usage {
            message: format!("{} is no archive: {error}", file.display()),
            advice: "give the file that yt-dlp wrote with `--download-archive`; nothing was taken over",
        });
    }
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut total = import::Answer::default();
    let mut refused = Vec::new();
    let mut plan: Option<DryRun> = None;
    for part in lines.chunks(LINES_MAX) {
        let sent = client.act(&IMPORT, input(json!({ "text": part.join("\n") })));
        let outcome = match sent.await {
            Err(Error::DryRun(next)) => {
                plan = Some(DryRun::joined(plan, *next));
                continue;
            }
            answer => answer?,
        };
        total.item_count += outcome.payload.item_count;
        refused = outcome.user_errors;
        if !refused.is_empty() {
            break;
        }
    }
    if let Some(mut plan) = plan {
        plan.user_errors.extend(refused);
        return Err(Error::DryRun(Box::new(plan)).into());
    }
    output.show(&total, |total| format!("{} taken over", plural(total.item_count, "item", "items")))?;
    Failure::refused(refused)
}
