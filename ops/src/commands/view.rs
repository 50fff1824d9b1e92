//! `mediary view`: how what is shown is built from the log.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{failure::Failure, noun::Verbs};
use crate::{
    answers::view::{
        self as answers, View, ViewColumn, ViewComparison, ViewDifference, ViewFault, ViewPayload,
        ViewVersion,
    },
    client::{Client, Document},
    output::{Output, Table, bytes, clean, duration, moment, plural, word},
};

/// What can be done with views.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the views with their versions: which serves, how far each is, what was found when it took the place of another.
    List,
    /// Build a view anew from the log, beside the version that serves until it is at the log's end and compared with it.
    #[command(after_help = "\
Example:
  mediary view rebuild job

The one before is kept for a day: `mediary view use` goes back to it. Nothing is recorded.")]
    Rebuild(Rebuild),
    /// Answer from another version of a view that is there; so back and forth, as long as it is kept.
    #[command(after_help = "\
Examples:
  mediary view use job 3
  mediary view use job 3.1

One that an older program built stays as it is, and every answer says so. Nothing is recorded.")]
    Use(Use),
}

/// What is built anew.
#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    /// The view, as `view list` shows it.
    #[arg(value_name = "NAME")]
    name: String,
}

/// What is answered from.
#[derive(Debug, Args)]
pub(crate) struct Use {
    /// The view, as `view list` shows it.
    #[arg(value_name = "NAME")]
    name: String,
    /// The version, as `view list` shows it: `3`, or `3.1` for what was built of it anew.
    #[arg(value_name = "VERSION")]
    version: String,
}

pub(crate) const LIST: Document<answers::list::Answer> =
    Document::repeatable(include_str!("view/list.graphql"));

// Done twice, it would be built twice.
pub(crate) const REBUILD: Document<answers::rebuild::Answer> =
    Document::once(include_str!("view/rebuild.graphql"));

pub(crate) const USE: Document<answers::r#use::Answer> =
    Document::repeatable(include_str!("view/use.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List => {
                let views: Vec<View> = client.ask(&LIST, json!({})).await?;
                Ok(output.show(&views, |views| text(views))?)
            }
            Self::Rebuild(Rebuild { name }) => {
                let input = json!({ "input": { "name": name } });
                let outcome = client.act(&REBUILD, input).await?;
                Failure::refused(outcome.user_errors)?;
                let said = |version: &str| {
                    format!("{name} {version} is being built; `mediary view list` says how far it is")
                };
                show(outcome.payload, output, said)
            }
            Self::Use(Use { name, version }) => {
                let input = json!({ "input": { "name": name, "version": version } });
                let outcome = client.act(&USE, input).await?;
                Failure::refused(outcome.user_errors)?;
                show(outcome.payload, output, |version| format!("{name} {version} serves"))
            }
        }
    }
}

fn show(
    ViewPayload { version, view }: ViewPayload,
    output: &mut Output,
    said: impl Fn(&str) -> String,
) -> Result<(), Failure> {
    Ok(output.show(&view, |_| said(version.as_deref().unwrap_or_default()))?)
}

fn text(views: &[View]) -> String {
    let mut table =
        Table::new(&["view", "version", "state", "position", "behind", "per second", "left", "size", "note"]);
    let mut differences = String::new();
    for view in views {
        for version in &view.versions {
            table.row(version.cells(&view.name));
            if let Some(comparison) = &version.comparison {
                differences += &comparison.text(&view.name, &version.version);
            }
        }
    }
    table.text("no views") + &differences
}

impl ViewVersion {
    fn cells(&self, view: &str) -> [String; 9] {
        let behind = match (self.events_behind, self.seconds_behind) {
            (0, _) => "-".to_owned(),
            (events, None) => plural(events, "event", "events"),
            (events, Some(seconds)) => {
                format!("{}, {}", plural(events, "event", "events"), duration(seconds * 1_000))
            }
        };
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        [
            view.to_owned(),
            self.version.clone(),
            word(&self.state),
            self.position.to_string(),
            behind,
            number(self.events_per_second),
            self.seconds_left.map_or_else(|| "-".to_owned(), |seconds| duration(seconds * 1_000)),
            bytes(self.size_bytes),
            self.note(),
        ]
    }

    /// What there is to say besides.
    fn note(&self) -> String {
        if let Some(ViewFault { position, code, reason }) = &self.fault {
            return format!("stopped at {position}: {reason} ({code})");
        }
        let trouble = self.trouble.as_ref().map(|trouble| format!("tries again: {trouble}"));
        let kept = self.kept_until.as_ref().map(|until| format!("kept until {}", moment(until)));
        trouble.or(kept).unwrap_or_else(|| "-".to_owned())
    }
}

impl ViewComparison {
    /// What differs, a line each; nothing where nothing does.
    fn text(&self, view: &str, version: &str) -> String {
        let Self { with, position, common_rows, only_old, only_new, different, is_defect, .. } = self;
        let mut lines = Vec::new();
        if only_old + only_new + different > 0 {
            let what = if *is_defect { "differs, and must not" } else { "differs" };
            lines.push(format!(
                "\n{view} {version} {what} from {with} at {position}: {only_old} rows only in {with}, {only_new} only in \
                 {version}, {different} of {common_rows} different"
            ));
        }
        for ViewDifference { table, row, side, columns } in &self.samples {
            let null = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
            let columns = columns
                .iter()
                .map(|ViewColumn { name, old, new }| format!("{name}: {} -> {}", null(old), null(new)));
            let told = match side.as_str() {
                "ONLY_OLD" => format!("only in {with}"),
                "ONLY_NEW" => format!("only in {version}"),
                _ => columns.collect::<Vec<_>>().join(", "),
            };
            lines.push(format!("  {table} {row}: {told}"));
        }
        if !self.uncompared.is_empty() {
            lines.push(format!(
                "\n{view} {version}: not compared with {with}: {}",
                self.uncompared.join(", ")
            ));
        }
        lines.iter().map(|line| clean_line(line)).collect()
    }
}

/// A line of its own, without what drives a terminal; the break in front of it stays.
fn clean_line(line: &str) -> String {
    match line.strip_prefix('\n') {
        Some(line) => format!("\n{}\n", clean(line)),
        None => format!("{}\n", clean(line)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(state: &str) -> serde_json::Value {
        json!({ "version": "3.1", "state": state, "position": 90, "eventsBehind": 10, "secondsBehind": 75,
            "eventsPerSecond": 5, "secondsLeft": 2, "sizeBytes": 4_096, "trouble": null, "fault": null,
            "keptUntil": null, "comparison": null })
    }

    fn shown(version: &serde_json::Value) -> String {
        let view: View = serde_json::from_value(json!({ "name": "job", "versions": [version] })).unwrap();
        text(&[view])
    }

    #[test]
    fn each_version_says_how_far_it_is_and_what_is_in_its_way() {
        let text = shown(&version("BUILDING"));
        assert!(
            text.lines().nth(1).unwrap().split_whitespace().eq([
                "job", "3.1", "building", "90", "10", "events,", "1:15", "5", "0:02", "4.0", "KiB", "-"
            ])
        );
        let mut halted = version("HALTED");
        halted["fault"] =
            json!({ "position": 91, "code": "VIEW_STOPPED", "reason": "event 91 can't be folded" });
        assert!(shown(&halted).contains("stopped at 91: event 91 can't be folded (VIEW_STOPPED)"));
        let mut kept = version("KEPT");
        kept["keptUntil"] = "2026-11-28T08:00:00.000001Z".into();
        assert!(shown(&kept).contains("kept until 2026-11-28 08:00:00Z"));
    }

    #[test]
    fn what_differs_is_told_below_with_its_rows() {
        let mut differing = version("SERVING");
        differing["comparison"] = json!({ "with": "3", "position": 80, "commonRows": 7, "onlyOld": 1, "onlyNew": 0,
            "different": 1, "isDefect": true, "uncompared": [], "samples": [
                { "table": "job", "row": "a", "side": "ONLY_OLD", "columns": [] },
                { "table": "job", "row": "b", "side": "BOTH", "columns": [{ "name": "state", "old": "ended", "new": null }] },
            ] });
        let text = shown(&differing);
        let expected = "job 3.1 differs, and must not from 3 at 80: 1 rows only in 3, 0 only in 3.1, 1 of 7 different\n\
            \u{20} job a: only in 3\n  job b: state: ended -> null\n";
        assert!(text.ends_with(expected), "{text}");
    }
}
