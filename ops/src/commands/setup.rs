//! `mediary export`, `mediary import`: what somebody has set up, as one file, and such a file as a plan.
//!
//! Guarantees: a file says nothing secret: secrets stand in it by their names. An import takes nothing away: what a file
//! doesn't have stays. Everything in a file is tried before anything of it is done, and what this server can't do is told with
//! its line. Exported from a server that imported it, a file is the same again.
//!
//! Does not: carry what belongs to one installation (tokens, roots, watched folders, quotas of a person, files of checks), the value of a secret, a list whose address opens something,
//! or a schedule about a thing that only one server has. An export says of each that it is left out.
//!
//! To add a section: a file in `setup/` with its row, what there is here, and by which command a difference is done; its field in
//! `document::Setup`, its name in `document::Section`, and its lines in `here` and `plan`.

mod apply;
mod bot;
mod channel;
mod check;
mod document;
mod follow;
mod here;
mod plan;
mod row;
mod rule;
mod schedule;
mod setting;
mod site;
mod timing;

use std::{
    io::{self, BufRead as _, IsTerminal as _},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use self::{document::Section, here::Here, plan::Plan};
use super::{failure::Failure, given, intent::Certainty, part::Destination};
use crate::{
    client::Client,
    output::{Output, clean, plural},
};

pub(crate) const EXPORT_HELP: &str = "\
Examples:
  mediary export mediary-setup.toml
  mediary export - --only rules --only templates";

pub(crate) const IMPORT_HELP: &str = "\
Without `--yes`, what would be created and changed is shown, and nothing is done; `--dry-run` shows it alone, and ends with 0.
What the file doesn't have stays as it is.

Examples:
  mediary import mediary-setup.toml
  mediary import mediary-setup.toml --yes";

/// What is written, and where to.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Where to; `-` is stdout. A file is there only once it is whole.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    only: Only,
    /// Write over a file that is there.
    #[arg(long)]
    force: bool,
}

/// What is read.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Where from; `-` is stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    only: Only,
    #[command(flatten)]
    certainty: Certainty,
}

/// Which sections.
#[derive(Debug, Args)]
struct Only {
    /// Only this section; may be given several times.
    #[arg(long, value_enum, value_name = "SECTION")]
    only: Vec<Section>,
}

impl Only {
    fn sections(&self) -> Vec<Section> {
        let all = Section::ALL.into_iter();
        all.filter(|section| self.only.is_empty() || self.only.contains(section)).collect()
    }
}

/// Writes what is set up.
pub(crate) async fn export(wanted: Export, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Export { file, only, force } = wanted;
    // What can't be had is said before anything is asked for.
    let destination = (file != Path::new("-"))
        .then(|| Destination::try_new(&file, force, "name the file to write, for example mediary-setup.toml"))
        .transpose()?;
    let Here { setup, left_out, .. } = Here::read(client, &only.sections()).await?;
    let text = setup.text()?;
    for left_out in &left_out {
        output.note(&format!("left out: {left_out}"));
    }
    let (count, secrets) = (setup.row_count(), setup.secrets());
    if !secrets.is_empty() {
        let names: Vec<&str> = secrets.iter().map(String::as_str).collect();
        output.note(&format!(
            "secrets stand in it by their names alone, and are to be set where it is imported: {}",
            clean(&names.join(", "))
        ));
    }
    let Some(destination) = destination else {
        if output.is_json() {
            let told = json!({ "setup": text, "rowCount": count, "leftOut": left_out, "secrets": secrets });
            return Ok(output.show(&told, |_| String::new())?);
        }
        return Ok(output.lines(text.as_bytes())?);
    };
    destination.write(&text)?;
    let told = json!({ "file": file, "rowCount": count, "leftOut": left_out, "secrets": secrets });
    let rows = plural(count, "thing", "things");
    Ok(output.show(&told, |_| format!("{rows} written to {}", file.display()))?)
}

/// Shows what a file would change, and does it if that is meant.
pub(crate) async fn import(wanted: Import, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Import { file, only, certainty: Certainty { intent, yes } } = wanted;
    let text = given::text_of(&file)?;
    let (mut setup, lines) = document::parse(&text, &file)?;
    let sections = only.sections();
    setup.keep(&sections);
    let here = Here::read(client, &setup.sections()).await?;
    let plan = Plan::make(&setup, &lines, here, client, output).await?;
    if yes && !intent.dry_run {
        return apply::run(plan, client, output).await;
    }
    if intent.dry_run || plan.is_empty() {
        return Ok(output.show(&plan.rows(), |rows| row::table(rows))?);
    }
    // Whoever reads the file from stdin has nothing left to answer with.
    let is_asked = output.is_watched() && io::stdin().is_terminal() && file != Path::new("-");
    if is_asked {
        output.note(&row::table(&plan.rows()));
        output.note("Do it? [y/N]");
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            return apply::run(plan, client, output).await;
        }
    }
    // Whoever was asked has seen it as people read it, and programs read something else.
    if !is_asked || output.is_json() {
        output.show(&plan.rows(), |rows| row::table(rows))?;
    }
    Err(Failure::Unapplied { advice: "`--yes` does it".to_owned() })
}
