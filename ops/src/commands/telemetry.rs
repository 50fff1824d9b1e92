//! `mediary telemetry`: what was measured.

mod entry;

use clap::{Args, Subcommand};
use serde_json::json;

pub(crate) use self::entry::CONCERN;
use super::{
    failure::Failure,
    moment::{self, SINCE_HELP},
    noun::Verbs,
    schedule,
};
use crate::{
    answers::telemetry::{Telemetry, TelemetryPoint, TelemetrySeries, list, show},
    client::{Client, Document},
    output::{self, Output, Table, word},
};

/// What can be asked of what was measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List what is measured, with the last sample of each.
    List(List),
    /// Show a series over time: of each piece of it how many samples it has, the least, the greatest, what they are on average.
    #[command(after_help = "\
Examples:
  mediary telemetry show host.load
  mediary telemetry show job.duration/download --since 30d --step 1d
  mediary telemetry show root.free/library --since 2026-01-01 --points 100")]
    Show(Show),
}

/// What is listed.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what is measured by it: `job.duration`.
    #[arg(value_name = "METRIC")]
    metric: Option<String>,
}

/// What is shown.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Its name, as `telemetry list` shows it.
    #[arg(value_name = "SERIES")]
    series: String,
    #[arg(long, value_name = "T", value_parser = moment::parse, help = SINCE_HELP)]
    since: Option<String>,
    /// Up to then, told in the same ways; now if left out.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    until: Option<String>,
    /// How long a piece is, such as 90s, 15m, 1h or 1d; longer where nothing as fine is kept.
    #[arg(long, value_name = "D", value_parser = schedule::seconds, conflicts_with = "points")]
    step: Option<u32>,
    /// How many pieces there are at most.
    #[arg(long, value_name = "N", default_value_t = POINTS)]
    points: u32,
}

/// What fits onto a terminal.
const POINTS: u32 = 24;

pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("telemetry/list.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("telemetry/show.graphql"));

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::List(List { metric }) => {
                let series: Vec<TelemetrySeries> = client.ask(&LIST, json!({ "metric": metric })).await?;
                Ok(output.show(&series, |series| table(series))?)
            }
            Self::Show(Show { series, since, until, step, points }) => {
                let step_ms = step.map(|seconds| u64::from(seconds) * 1_000);
                let points = step.is_none().then_some(points);
                let asked = json!({ "series": series, "since": since, "until": until, "stepMs": step_ms,
                    "points": points });
                let found: Option<Telemetry> = client.ask(&SHOW, asked).await?;
                let advice = "`mediary telemetry list` shows what is measured";
                let found = found.ok_or(Failure::NotFound { id: series, advice })?;
                Ok(output.show(&found, points_of)?)
            }
        }
    }
}

fn table(series: &[TelemetrySeries]) -> String {
    let mut table = Table::new(&["series", "last", "at", "since", "what it is"]);
    for one in series {
        table.row([
            one.name.clone(),
            value(&one.unit, one.last),
            output::moment(&one.last_at),
            output::moment(&one.first_at),
            one.about.clone(),
        ]);
    }
    table.text("nothing was measured yet: it is while something is at work")
}

fn points_of(telemetry: &Telemetry) -> String {
    let Telemetry { series, points, step_ms, resolution, .. } = telemetry;
    let mut table = Table::new(&["from", "samples", "least", "on average", "greatest", "last", "95 of 100"]);
    for point in points {
        let TelemetryPoint { at, count, min, mean, max, last, p95, .. } = point;
        let shown = |number: f64| value(&series.unit, number);
        table.row([
            output::moment(at),
            count.to_string(),
            shown(*min),
            shown(*mean),
            shown(*max),
            shown(*last),
            p95.map_or_else(|| "-".to_owned(), shown),
        ]);
    }
    let of = match resolution.as_str() {
        "RAW" => "the samples themselves".to_owned(),
        resolution => format!("what the samples of each {} came to", word(resolution)),
    };
    let about = format!("{}, by {} from {of}\n", series.about, output::duration(*step_ms));
    about + &table.text("nothing was measured then")
}

/// A number in its unit, as people read it.
fn value(unit: &str, number: f64) -> String {
    match unit {
        "By" => output::bytes(number.max(0.0) as u64),
        "By/s" => format!("{}/s", output::bytes(number.max(0.0) as u64)),
        "1" => digits(number),
        unit => format!("{} {unit}", digits(number)),
    }
}

/// With three digits that say something.
fn digits(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_unit() {
        let cases = [
            ("By", 2_048.0, "2.0 KiB"),
            ("By/s", 5_500_000.0, "5.2 MiB/s"),
            ("s", 0.1234, "0.123 s"),
            ("s", 4_321.4, "4321 s"),
            ("1", 0.0, "0"),
            ("1", 12.345, "12.3"),
            ("1", -1.5, "-1.50"),
        ];
        for (unit, number, expected) in cases {
            assert_eq!(value(unit, number), expected);
        }
    }

    #[test]
    fn a_series_says_from_what_it_was_made() {
        let series = json!({ "name": "job.duration/download", "metric": "job.duration", "subject": "download", "unit": "s",
            "about": "How long", "firstAt": "2026-11-28T08:00:00.000000Z", "lastAt": "2026-11-28T08:00:00.000000Z", "last": 1.0 });
        let point = json!({ "at": "2026-11-28T08:00:00.000000Z", "count": 3, "min": 1.0, "max": 3.0, "mean": 2.0, "sum": 6.0,
            "last": 3.0, "lastAt": "2026-11-28T08:00:01.000000Z", "p50": null, "p95": null, "p99": null });
        let telemetry = json!({ "series": series, "since": "2026-11-28T08:00:00.000000Z",
            "until": "2026-11-28T09:00:00.000000Z", "stepMs": 3_600_000, "resolution": "HOUR", "points": [point] });
        let text = points_of(&serde_json::from_value(telemetry).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "How long, by 1:00:00 from what the samples of each hour came to");
        let cells: Vec<&str> = lines[2].split_whitespace().collect();
        let expected = "2026-11-28 08:00:00Z 3 1.00 s 2.00 s 3.00 s 3.00 s -";
        assert_eq!(cells, expected.split(' ').collect::<Vec<_>>());
    }
}
