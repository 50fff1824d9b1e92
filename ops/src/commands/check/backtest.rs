//! What a rule makes of the looks that are recorded, before anybody keeps it.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    KIND, ago,
    file::{self, Wanted},
};
use crate::{
    answers::check::{CheckBacktest, backtest},
    client::{Client, Document},
    commands::{
        failure::Failure,
        named,
        schedule::{how_long, seconds},
    },
    output::{Output, Table, clean, moment},
};

/// Of which check, since when, and by which rule.
#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// Its name, its id or the first digits of it, or `@last`.
    #[arg(value_name = "CHECK", required_unless_present = "file", conflicts_with = "file")]
    id: Option<String>,
    /// Try the rules of all checks that this file says, each on what is recorded of the check of its name.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fail_after", "fail_of", "clear_after"])]
    file: Option<PathBuf>,
    /// Try it on the looks of the last while: 2d, 30d, 365d.
    #[arg(long, value_name = "T", value_parser = seconds, default_value = "30d")]
    since: u32,
    /// So many looks have to fail; as the check has it if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    fail_after: Option<u8>,
    /// Of so many in a row.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u8).range(1..))]
    fail_of: Option<u8>,
    /// It is over after so many in a row that are well.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    clear_after: Option<u8>,
}

pub(crate) const BACKTEST: Document<backtest::Answer> =
    Document::repeatable(include_str!("backtest.graphql"));

/// What is said of a check: its rule as it is, and another one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tried {
    id: String,
    name: String,
    /// What its own rule makes of the looks.
    as_it_is: CheckBacktest,
    /// What the other rule makes of them; none if none was said.
    as_proposed: Option<CheckBacktest>,
}

/// What a file says of a rule, as the input of the API has it.
const OF_RULE: [&str; 4] = ["failAfter", "failOf", "clearAfter", "maintenance"];

pub(super) async fn run(wanted: Backtest, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Backtest { id, file, since, fail_after, fail_of, clear_after } = wanted;
    let since = ago(since).to_string();
    let mut tried = Vec::new();
    if let Some(id) = id {
        let check = super::find(client, named::id(client, KIND, &id).await?).await?;
        let is_proposed = fail_after.is_some() || fail_of.is_some() || clear_after.is_some();
        // What is not said is as the check has it; of how many is of its own count of those that fail.
        let of = fail_after.is_none().then_some(check.fail_of);
        let rule = is_proposed.then(|| {
            json!({
                "failAfter": fail_after.map_or(check.fail_after, i64::from),
                "failOf": fail_of.map(i64::from).or(of),
                "clearAfter": clear_after.map_or(check.clear_after, i64::from),
            })
        });
        tried.push(try_on(client, check.id, check.name, &since, rule).await?);
    }
    for Wanted { name, input, .. } in file.map(|file| file::read(&file)).transpose()?.into_iter().flatten() {
        let id = named::id(client, KIND, &name).await?;
        let of_rule = input.into_iter().filter(|(key, _)| OF_RULE.contains(&key.as_str()));
        let rule = Value::Object(of_rule.collect::<Map<_, _>>());
        tried.push(try_on(client, id, name, &since, Some(rule)).await?);
    }
    Ok(output.show(&tried, |tried| table(tried))?)
}

async fn try_on(
    client: &Client,
    id: String,
    name: String,
    since: &str,
    rule: Option<Value>,
) -> Result<Tried, Failure> {
    let ask = async |rule: Option<&Value>| {
        let wanted = json!({ "id": id, "since": since, "rule": rule });
        let found: Option<CheckBacktest> = client.ask(&BACKTEST, wanted).await?;
        found.ok_or_else(|| Failure::NotFound { id: id.clone(), advice: KIND.advice })
    };
    let as_it_is = ask(None).await?;
    let as_proposed = match &rule {
        Some(rule) => Some(ask(Some(rule)).await?),
        None => None,
    };
    Ok(Tried { id, name, as_it_is, as_proposed })
}

fn table(tried: &[Tried]) -> String {
    let mut table = Table::new(&["name", "runs", "from", "told", "by its rule", "by the other", "wrong for"]);
    for Tried { name, as_it_is, as_proposed, .. } in tried {
        let CheckBacktest { first_run_at, run_count, recorded_count, alert_count, .. } = as_it_is;
        let other = as_proposed.as_ref();
        let wrong = other.unwrap_or(as_it_is).wrong_seconds;
        table.row([
            clean(name),
            run_count.to_string(),
            first_run_at.as_deref().map_or_else(|| "-".to_owned(), moment),
            recorded_count.to_string(),
            alert_count.to_string(),
            other.map_or_else(|| "-".to_owned(), |other| other.alert_count.to_string()),
            how_long(wrong.cast_signed()),
        ]);
    }
    table.text("no check is said in it")
}
