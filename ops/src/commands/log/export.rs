//! `mediary log export`: the log as a bundle that proves itself.

use std::{
    ops::Bound,
    path::{Path, PathBuf},
};

use clap::Args;
use mediary_log::{ExportError, Source};
use serde::Serialize;
use serde_json::json;

use super::{
    excerpt::Target,
    verify::{Offline, hex, holder, open_failure},
};
use crate::{
    client::{Client, UserError},
    commands::{
        arguments::Everywhere,
        connection::{self, Environment},
        failure::Failure,
        named::{self, Kind},
        part::Part,
    },
    output::{Output, fields},
};

/// What to write, and where to.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The file; it is there only once it is whole and proved.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The first position.
    #[arg(long, value_name = "N", default_value_t = 1)]
    from: u64,
    /// The last position; the end of the log if left out.
    #[arg(long, value_name = "N")]
    to: Option<u64>,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
    /// From a folder whose log file can no longer be opened: reads the events past all else, as far as they are whole.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    salvage: bool,
    /// As one HTML file that a person reads and that proves itself; at most 500 events, and from a server, whose words stand in it.
    #[arg(long, conflicts_with = "salvage")]
    html: bool,
    /// With `--html`: what happened to a thing, by its id, name, title, path or address.
    #[arg(long, value_name = "THING", requires = "html", conflicts_with_all = ["from", "to"])]
    subject: Option<String>,
}

/// What was written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    file: PathBuf,
    first_position: u64,
    last_position: u64,
    head_hash: String,
    /// How many events are missing of those that a salvaged file says that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    lost_count: Option<u64>,
}

/// Writes a bundle: from the server, or from the folder if no server has it.
pub(crate) async fn run(
    export: &Export,
    flags: &Everywhere,
    environment: &Environment,
    output: &mut Output,
) -> Result<(), Failure> {
    if export.html {
        return as_page(export, &connection::connect(flags, environment)?, output).await;
    }
    let file = &export.file;
    let part = Part::try_new(file, export.force, "name the file to write, for example log.ndjson")?;
    let mut lost_count = None;
    let folder =
        if export.salvage { connection::data_folder(flags, environment) } else { flags.data.clone() };
    let from_folder = |folder: &PathBuf| {
        if export.salvage {
            salvaged(folder, &part).map(|lost| lost_count = lost)
        } else {
            from_folder(folder, export, &part)
        }
    };
    match folder.as_ref().map(from_folder) {
        Some(Ok(())) => {}
        Some(Err(Offline::Failure(failure))) => return Err(failure),
        Some(Err(Offline::InUse(_))) | None if export.salvage => {
            return Err(Failure::Usage {
                message: "events are salvaged from a folder that no server has".to_owned(),
                advice: "stop the server that has it, and name the folder with --data",
            });
        }
        Some(Err(Offline::InUse(listen))) => {
            from_server(&holder(flags, environment, listen.as_deref())?, export, &part).await?;
        }
        None => from_server(&connection::connect(flags, environment)?, export, &part).await?,
    }
    // What can't be proved now would be found wanting on the day that it is needed.
    let report = mediary_log::verify_bundle(part.path(), None).map_err(|error| Failure::Unsound {
        code: error.code().to_owned(),
        message: format!("what arrived is no whole bundle: {error}"),
        advice: error.advice(),
    })?;
    if let Some(asked) = export.to.filter(|asked| *asked != report.last_position) {
        return Err(refused(&ExportError::Beyond { asked, last: report.last_position }));
    }
    part.keep()?;
    let exported = Exported {
        file: file.clone(),
        first_position: report.first_position,
        last_position: report.last_position,
        head_hash: hex(&report.head_hash),
        lost_count,
    };
    Ok(output.show(&exported, text)?)
}

/// Writes a page to read in place of a bundle.
async fn as_page(export: &Export, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let target = Target::try_new(&export.file, export.force)?;
    let of = match &export.subject {
        Some(thing) => json!({ "history": named::id(client, Kind::ANY, thing).await? }),
        None => json!({ "log": { "from": export.from, "to": export.to } }),
    };
    target.write(of, client, output).await
}

fn from_folder(folder: &Path, export: &Export, part: &Part) -> Result<(), Offline> {
    let failed = |failure| Offline::Failure(failure);
    let mut out = part.create().map_err(failed)?;
    let end = export.to.map_or(Bound::Unbounded, Bound::Included);
    match mediary_log::export(Source::Folder(folder), (Bound::Included(export.from), end), &mut out) {
        Ok(_) => part.finish(out).map_err(failed),
        Err(ExportError::Open(error)) => {
            let error = open_failure(error)?;
            Err(failed(unsound(error.code(), &error, error.advice())))
        }
        Err(ExportError::Write(error)) => Err(failed(Failure::file("writing", part.path())(error))),
        Err(error @ (ExportError::Beyond { .. } | ExportError::NoRange { .. })) => {
            Err(failed(refused(&error)))
        }
        Err(error) => Err(failed(unsound(error.code(), &error, error.advice()))),
    }
}

/// Writes what can be read of a damaged file; answers how many events that leaves out.
fn salvaged(folder: &Path, part: &Part) -> Result<Option<u64>, Offline> {
    let mut out = part.create().map_err(Offline::Failure)?;
    match mediary_log::salvage(folder, &mut out) {
        Ok(salvaged) => {
            part.finish(out).map_err(Offline::Failure)?;
            Ok(salvaged.promised.map(|promised| promised.saturating_sub(salvaged.last_position)))
        }
        Err(ExportError::Open(error)) => {
            let error = open_failure(error)?;
            Err(Offline::Failure(unsound(error.code(), &error, error.advice())))
        }
        Err(error) => Err(Offline::Failure(unsound(error.code(), &error, error.advice()))),
    }
}

fn refused(error: &ExportError) -> Failure {
    Failure::Refused(UserError {
        code: error.code().to_owned(),
        message: error.to_string(),
        advice: Some(error.advice()),
        retryable: false,
    })
}

fn unsound(code: &str, error: &dyn std::error::Error, advice: String) -> Failure {
    let cause = error.source().map(|cause| format!(": {cause}"));
    let message = format!("{error}{}", cause.unwrap_or_default());
    Failure::Unsound { code: code.to_owned(), message, advice }
}

async fn from_server(client: &Client, export: &Export, part: &Part) -> Result<(), Failure> {
    let mut query = vec![("from", export.from.to_string())];
    query.extend(export.to.map(|to| ("to", to.to_string())));
    part.fetch(client, "v1/log/export", &query).await
}

fn text(exported: &Exported) -> String {
    fields(&[
        ("file", Some(exported.file.display().to_string())),
        ("first position", Some(exported.first_position.to_string())),
        ("last position", Some(exported.last_position.to_string())),
        ("head hash", Some(exported.head_hash.clone())),
        ("lost", exported.lost_count.filter(|count| *count > 0).map(|count| count.to_string())),
    ])
}
