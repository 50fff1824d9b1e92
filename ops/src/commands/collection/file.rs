//! `mediary collection export|import`: lists as files that other programs read and write.

use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{KIND, not_found};
use crate::{
    answers::collection::{CollectionExport, ImportedRow, export, import},
    client::{Client, Document},
    commands::{failure::Failure, given, intent::Intent, named, part::Destination, playlist::input},
    output::{Output, Table, clean, plural, word},
};

pub(crate) const EXPORT: Document<export::Answer> = Document::repeatable(include_str!("export.graphql"));
pub(crate) const IMPORT: Document<import::Answer> = Document::repeatable(include_str!("import.graphql"));

/// A list as a file.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The list: its name, its id or the first digits of it.
    #[arg(value_name = "LIST")]
    list: String,
    /// Where to; `-` is stdout. A file is there only once it is whole.
    #[arg(value_name = "FILE", default_value = "-")]
    file: std::path::PathBuf,
    /// The format; by the ending of the file if it is left out, otherwise M3U8.
    #[arg(long = "as", value_name = "FORMAT", value_enum)]
    form: Option<Form>,
    /// What stands in front of each path, in place of the folder on the server: where a player finds the library.
    #[arg(long, value_name = "DIR")]
    base: Option<String>,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
}

/// A file to be read into a list.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The list, by its name; it is made if there is none.
    #[arg(value_name = "NAME")]
    name: String,
    /// Where from; `-` is stdin.
    #[arg(value_name = "FILE")]
    file: std::path::PathBuf,
    /// The format; as the file looks if it is left out.
    #[arg(long = "as", value_name = "FORMAT", value_enum)]
    form: Option<Form>,
    /// Put also in what is in the list already.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    intent: Intent,
}

/// A format of files of playlists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A path a line, which every player reads.
    M3u8,
    /// XML with titles, lengths and addresses.
    Xspf,
}

impl Form {
    fn of(file: &Path) -> Self {
        let is_xspf = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xspf"));
        if is_xspf { Self::Xspf } else { Self::M3u8 }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::M3u8 => "M3U8",
            Self::Xspf => "XSPF",
        }
    }
}

pub(super) async fn export(wanted: Export, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Export { list, file, form, base, force } = wanted;
    // What can't be had is said before anything is asked for.
    let destination = (file != Path::new("-"))
        .then(|| Destination::try_new(&file, force, "name the file to write, for example road.m3u8"))
        .transpose()?;
    let id = named::id(client, KIND, &list).await?;
    let form = form.unwrap_or_else(|| Form::of(&file));
    let asked = json!({ "id": id, "format": form.name(), "base": base });
    let CollectionExport { text, entry_count, left_out } =
        client.ask(&EXPORT, asked).await?.ok_or_else(|| not_found(id))?.export;
    for row in &left_out {
        let reason = word(&row.reason);
        output.note(&format!("left out, {reason}: {}", clean(&row.title)));
    }
    let Some(destination) = destination else {
        if output.is_json() {
            let told = json!({ "text": text, "entryCount": entry_count, "leftOut": left_out });
            return Ok(output.show(&told, |_| String::new())?);
        }
        return Ok(output.lines(text.as_bytes())?);
    };
    destination.write(&text)?;
    let told = json!({ "file": file, "entryCount": entry_count, "leftOut": left_out });
    let rows = plural(entry_count, "row", "rows");
    Ok(output.show(&told, |_| format!("{rows} written to {}", file.display()))?)
}

pub(super) async fn import(wanted: Import, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Import { name, file, form, again, intent } = wanted;
    let text = given::text_of(&file)?;
    let asked = json!({ "name": name, "text": text, "format": form.map(Form::name), "again": again });
    let outcome = client.meant(intent).act(&IMPORT, input(asked)).await?;
    Failure::refused(outcome.user_errors)?;
    let told = json!({ "collection": outcome.payload.collection, "rows": outcome.payload.rows });
    Ok(output.show(&told, |_| imported(&outcome.payload.rows))?)
}

fn imported(rows: &[ImportedRow]) -> String {
    let mut table = Table::new(&["#", "what became of it", "title", "where the file says it is"]);
    let strange: Vec<&ImportedRow> =
        rows.iter().filter(|row| !["ADDED", "KNOWN"].contains(&row.standing.as_str())).collect();
    for row in &strange {
        table.row([row.number.to_string(), word(&row.standing), clean(&row.title), clean(&row.location)]);
    }
    let count = |standing: &str| rows.iter().filter(|row| row.standing == standing).count();
    let summary = format!(
        "{} put into the list, {} in it already, {} not in the library",
        count("ADDED"),
        count("KNOWN"),
        strange.len()
    );
    if strange.is_empty() { summary } else { format!("{}\n{summary}", table.text("")) }
}
