//! How a month of a check was, minute by minute, written down so that the chain of the log proves it.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::{Error, KIND, LIST};
use crate::{
    answers::check::{CheckReport, report},
    client::{Client, Document, DryRun},
    commands::{failure::Failure, intent::Intent, log::Target, named, page, playlist::input},
    output::{Output, Table, clean},
};

/// Of which month, and of which checks.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Only these, each by its name, its id or the first digits of it; all if none is said.
    #[arg(value_name = "CHECK")]
    checks: Vec<String>,
    /// The month, as a year and a number: 2026-11. Of one that is not over, up to now.
    #[arg(long, value_name = "M")]
    month: String,
    /// The time zone by whose midnights it begins and ends.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// Write all that happened to the one check as an HTML file that proves itself, this report with it.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    html: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "html")]
    force: bool,
    #[command(flatten)]
    intent: Intent,
}

pub(crate) const REPORT: Document<report::Answer> = Document::repeatable(include_str!("report.graphql"));

/// What is said of a check.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
    id: String,
    name: String,
    #[serde(flatten)]
    report: CheckReport,
    /// The place in the log up to which it is written down.
    position: Option<u64>,
}

pub(super) async fn run(wanted: Report, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Report { checks, month, zone, html, force, intent } = wanted;
    if html.is_some() && checks.len() != 1 {
        return Err(Failure::Usage {
            message: "a file that proves itself is of one check".to_owned(),
            advice: "say which: mediary check report NAME --month 2026-11 --html FILE",
        });
    }
    // What can't be written is said before anything is done.
    let target = html.map(|file| Target::try_new(&file, force)).transpose()?;
    let mut ids = Vec::new();
    for check in &checks {
        ids.push(named::id(client, KIND, check).await?);
    }
    if checks.is_empty() {
        ids.extend(page::all(client, &LIST, json!({}), None).await?.into_iter().map(|check| check.id));
    }
    let (asking, mut reported, mut plan) = (client.meant(intent), Vec::new(), None::<DryRun>);
    for id in ids {
        let asked = json!({ "id": id, "month": month, "zone": zone });
        let outcome = match asking.act(&REPORT, input(asked)).await {
            Err(Error::DryRun(next)) => {
                plan = Some(DryRun::joined(plan, *next));
                continue;
            }
            answer => answer?,
        };
        Failure::refused(outcome.user_errors)?;
        let payload = outcome.payload;
        if let Some(report) = payload.report {
            let name = payload.check.map(|check| check.name).unwrap_or_default();
            reported.push(Reported { id, name, report, position: payload.position });
        }
    }
    if let Some(plan) = plan {
        return Err(Error::DryRun(Box::new(plan)).into());
    }
    if let (Some(target), Some(Reported { id, .. })) = (target, reported.first()) {
        target.write(json!({ "history": id }), client, output).await?;
        return Ok(());
    }
    Ok(output.show(&reported, |reported| table(reported))?)
}

fn table(reported: &[Reported]) -> String {
    let mut table = Table::new(&["name", "up min", "down min", "not watched min", "up"]);
    for Reported { name, report, .. } in reported {
        let CheckReport { up_minutes, down_minutes, unwatched_minutes, .. } = report;
        table.row([
            clean(name),
            up_minutes.to_string(),
            down_minutes.to_string(),
            unwatched_minutes.to_string(),
            share(*up_minutes, up_minutes + down_minutes),
        ]);
    }
    table.text("nothing is checked")
}

/// Of what was watched, in percent, never more than it is; nothing if nothing was.
fn share(up: u64, watched: u64) -> String {
    if watched == 0 {
        return "-".to_owned();
    }
    let hundredths = up * 10_000 / watched;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_better_than_it_is() {
        assert_eq!(share(43_199, 43_200), "99.99 %");
        assert_eq!(share(43_200, 43_200), "100.00 %");
        assert_eq!((share(0, 5), share(0, 0)), ("0.00 %".to_owned(), "-".to_owned()));
    }
}
