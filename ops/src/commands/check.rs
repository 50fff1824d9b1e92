//! `mediary check`: what is looked at again and again, and what is found.

mod arguments;
mod backtest;
mod entry;
pub(crate) mod export;
pub(crate) mod file;
mod import;
mod log;
mod report;

use std::{collections::BTreeMap, time::Duration};

use mediary_schema::{Clock, Timestamp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use self::file::understand;
pub(crate) use self::{arguments::Verb, entry::CONCERN};
use self::{
    arguments::{Acknowledge, Add, History, List, One, Run, Snooze, Which},
    file::Wanted,
    log::Follow,
};
use super::{
    failure::Failure,
    intent::Intent,
    named::{self, Kind},
    noun::Verbs,
    page,
    playlist::input,
    schedule::how_long,
};
use crate::{
    answers::check::{
        Check, CheckFile, CheckPayload, CheckRunHook, acknowledge, add, files, history, list, pause,
        push_path, remove, resume, run, run_hook, show, snooze,
    },
    client::{Client, Document, DryRun, Error},
    output::{Output, Table, clean, fields, moment, optional, word},
};

/// What it is about, by what people call them.
pub(crate) const KIND: Kind = Kind::new("CHECK", "check", "`mediary check list` shows those that there are");

pub(crate) const ADD: Document<add::Answer> = Document::repeatable(include_str!("check/add.graphql"));
pub(crate) const LIST: Document<list::Answer> = Document::repeatable(include_str!("check/list.graphql"));
pub(crate) const SHOW: Document<show::Answer> = Document::repeatable(include_str!("check/show.graphql"));
pub(crate) const HISTORY: Document<history::Answer> =
    Document::repeatable(include_str!("check/history.graphql"));
pub(crate) const PAUSE: Document<pause::Answer> = Document::repeatable(include_str!("check/pause.graphql"));
pub(crate) const RESUME: Document<resume::Answer> =
    Document::repeatable(include_str!("check/resume.graphql"));
pub(crate) const REMOVE: Document<remove::Answer> =
    Document::repeatable(include_str!("check/remove.graphql"));
pub(crate) const RUN: Document<run::Answer> = Document::repeatable(include_str!("check/run.graphql"));
pub(crate) const ACKNOWLEDGE: Document<acknowledge::Answer> =
    Document::repeatable(include_str!("check/acknowledge.graphql"));
pub(crate) const SNOOZE: Document<snooze::Answer> =
    Document::repeatable(include_str!("check/snooze.graphql"));

pub(crate) const PUSH_PATH: Document<push_path::Answer> =
    Document::repeatable(include_str!("check/push_path.graphql"));

pub(crate) const RUN_HOOK: Document<run_hook::Answer> =
    Document::repeatable(include_str!("check/run_hook.graphql"));

pub(crate) const FILES: Document<files::Answer> = Document::repeatable(include_str!("check/files.graphql"));

/// What whoever wants an address is told of a check that has none.
const PUSH_ADVICE: &str =
    "only a check of the kind `push` reports by itself; `mediary check run` looks at any other";
/// What whoever wants an address by which something is looked at is told of a check that has none.
const RUN_ADVICE: &str =
    "a check that reports by itself is not looked at: `mediary check push-url` says where it reports";
/// How often it is asked whether a look is over.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// How much longer than a look may take it is waited for its end: it is recorded then, and shown.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

impl Verbs for Verb {
    async fn run(self, client: &Client, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Add(wanted) => add_all(*wanted, client, output).await,
            Self::List(List { state, kind, search }) => {
                let state = state.map(|state| format!("{state:?}").to_uppercase());
                let filter = json!({ "filter": { "state": state, "kind": kind, "search": search } });
                let checks = page::all(client, &LIST, filter, None).await?;
                Ok(output.show(&checks, |checks| table(checks))?)
            }
            Self::Show(Which { id }) => {
                let id = named::id(client, KIND, &id).await?;
                Ok(output.show(&find(client, id).await?, text)?)
            }
            Self::Run(wanted) => run_now(wanted, client, output).await,
            Self::History(wanted) => history(wanted, client, output).await,
            Self::Acknowledge(Acknowledge { which, note, intent }) => {
                act(&ACKNOWLEDGE, which, json!({ "note": note }), intent, client, output).await
            }
            Self::Snooze(Snooze { which, lasts, end: _, intent }) => {
                let until = lasts.map(|lasts| in_a_while(lasts).to_string());
                act(&SNOOZE, which, json!({ "until": until }), intent, client, output).await
            }
            Self::PushUrl(Which { id }) => {
                let id = named::id(client, KIND, &id).await?;
                let path: Option<String> = client.ask(&PUSH_PATH, json!({ "id": id })).await?;
                let path = path.ok_or(Failure::NotFound {
                    id: format!("address where {id} reports"),
                    advice: PUSH_ADVICE,
                })?;
                let told = json!({ "id": id, "url": address(client, &path) });
                Ok(output.show(&told, |told| told["url"].as_str().unwrap_or_default().to_owned())?)
            }
            Self::RunUrl(Which { id }) => {
                let id = named::id(client, KIND, &id).await?;
                let hook: Option<CheckRunHook> = client.ask(&RUN_HOOK, json!({ "id": id })).await?;
                let CheckRunHook { path, secret } = hook.ok_or(Failure::NotFound {
                    id: format!("address by which {id} is looked at"),
                    advice: RUN_ADVICE,
                })?;
                let (url, secret) = (address(client, &path), secret);
                let told = json!({ "id": id, "url": url, "secret": secret });
                Ok(output.show(&told, |_| {
                    fields(&[("url", Some(url.clone())), ("secret", Some(secret.clone()))])
                })?)
            }
            Self::Log(wanted) => log::run(wanted, client, output).await,
            Self::Backtest(wanted) => backtest::run(wanted, client, output).await,
            Self::Report(wanted) => report::run(wanted, client, output).await,
            Self::Export(wanted) => export::run(wanted, client, output).await,
            Self::Import(wanted) => import::run(wanted, client, output).await,
            Self::Files => {
                let files: Vec<CheckFile> = client.ask(&FILES, json!({})).await?;
                Ok(output.show(&files, |files| table_of_files(files))?)
            }
            Self::Pause(One { which, intent }) => act(&PAUSE, which, json!({}), intent, client, output).await,
            Self::Resume(One { which, intent }) => {
                act(&RESUME, which, json!({}), intent, client, output).await
            }
            Self::Remove(One { which: Which { id }, intent }) => {
                let id = named::id(client, KIND, &id).await?;
                let wanted = json!({ "id": id });
                let outcome = client.meant(intent).act(&REMOVE, input(wanted.clone())).await?;
                Failure::refused(outcome.user_errors)?;
                Ok(output.show(&wanted, |_| "it is looked at no more".to_owned())?)
            }
        }
    }
}

fn address(client: &Client, path: &str) -> String {
    format!("{}{path}", client.server().as_str().trim_end_matches('/'))
}

/// Whether a moment is still to come; what is none isn't.
fn is_to_come(moment: &str) -> bool {
    moment.parse::<Timestamp>().is_ok_and(|moment| moment > Clock::system().now())
}

/// The moment so many seconds ago.
fn ago(seconds: u32) -> Timestamp {
    Clock::system().now().before(Duration::from_secs(seconds.into()))
}

fn in_a_while(lasts: u32) -> Timestamp {
    Clock::system().now().after(Duration::from_secs(lasts.into()))
}

async fn add_all(wanted: Add, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Add { file, url, name, every, timeout, replace, intent } = wanted;
    let mut all = match (file, url) {
        (Some(file), _) => file::read(&file)?,
        (None, Some(url)) => vec![file::of_url(&url, name)?],
        (None, None) => Vec::new(),
    };
    for Wanted { input, .. } in &mut all {
        if let Some(every) = every {
            input.insert("timing".to_owned(), json!({ "everySeconds": every }));
        }
        if let Some(timeout) = timeout {
            input.insert("timeoutSeconds".to_owned(), timeout.into());
        }
    }
    let client = client.meant(intent);
    let (mut known, mut added) = (BTreeMap::<String, Option<String>>::new(), Vec::new());
    let mut plan: Option<DryRun> = None;
    for Wanted { name, input: mut asked, depends_on } in all {
        let mut ids = Vec::new();
        for of in depends_on {
            match known.get(&of) {
                Some(Some(id)) => ids.push(id.clone()),
                // What would be added before it has no id yet: what is only tried is tried without.
                Some(None) => {}
                None => ids.push(named::id(&client, KIND, &of).await?),
            }
        }
        asked.insert("dependsOn".to_owned(), json!(ids));
        asked.insert("replace".to_owned(), replace.into());
        let outcome = match client.act(&ADD, input(Value::Object(asked))).await {
            Err(Error::DryRun(next)) => {
                plan = Some(DryRun::joined(plan, *next));
                known.insert(name, None);
                continue;
            }
            answer => answer?,
        };
        Failure::refused(outcome.user_errors)?;
        let Some(check) = outcome.payload.check else { continue };
        known.insert(name, Some(check.id.clone()));
        added.push(check);
    }
    if let Some(plan) = plan {
        return Err(Error::DryRun(Box::new(plan)).into());
    }
    Ok(output.show(&added, |added| table(added))?)
}

async fn act(
    document: &Document<CheckPayload>,
    Which { id }: Which,
    more: Value,
    intent: Intent,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut wanted = more;
    wanted["id"] = named::id(client, KIND, &id).await?.into();
    let outcome = client.meant(intent).act(document, input(wanted)).await?;
    Failure::refused(outcome.user_errors)?;
    match outcome.payload.check {
        Some(check) => output.show(&check, text)?,
        None => output.show(&json!({}), |_| "done; it can't be shown yet".to_owned())?,
    }
    Ok(())
}

async fn run_now(wanted: Run, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Run { which: Which { id }, wait, reference, intent } = wanted;
    let id = named::id(client, KIND, &id).await?;
    // What it writes is for people: a program is told the result, and has `check log` for the rest.
    let is_shown = wait && !output.is_json() && find(client, id.clone()).await?.kind == "command";
    let mut writing = if is_shown { Some(Follow::begin(client, id.clone()).await?) } else { None };
    let outcome = client.meant(intent).act(&RUN, input(json!({ "id": id, "reference": reference }))).await?;
    Failure::refused(outcome.user_errors)?;
    let CheckPayload { run_id, position, .. } = outcome.payload;
    if !wait {
        let told = json!({ "id": id, "runId": run_id });
        return Ok(output
            .show(&told, |_| "it is looked at now; `mediary check show` says what is found".to_owned())?);
    }
    let begun = Instant::now();
    let check = loop {
        let found: Option<Check> = client.ask(&SHOW, json!({ "id": id, "minPosition": position })).await?;
        let check = found.ok_or_else(|| Failure::NotFound { id: id.clone(), advice: KIND.advice })?;
        if let Some(writing) = &mut writing {
            writing.write(client, output).await?;
        }
        let most = Duration::from_secs(check.timeout_seconds.unsigned_abs()) + ENDS_WITHIN;
        if check.requested_run_id != run_id || begun.elapsed() > most {
            break check;
        }
        sleep(ASK_EVERY).await;
    };
    let is_over = check.requested_run_id != run_id;
    output.show(&check, text)?;
    verdict(&check, is_over)
}

fn verdict(check: &Check, is_over: bool) -> Result<(), Failure> {
    let (name, message) = (clean(&check.name), optional(check.message.as_deref()));
    match check.state.as_str() {
        "OK" if is_over => Ok(()),
        "FAILING" if is_over => Err(Failure::Work {
            what: format!("the check {name}"),
            class: "failing".to_owned(),
            message,
            advice: format!("`mediary check history {name:?}` says since when"),
        }),
        _ => Err(Failure::NobodyCanSay {
            what: format!("the check {name}"),
            message: if is_over { message } else { "the look did not end in time".to_owned() },
        }),
    }
}

async fn history(
    History { id, since }: History,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let id = match id {
        Some(id) => Some(named::id(client, KIND, &id).await?),
        None => None,
    };
    let mut turns = page::all(client, &HISTORY, json!({ "id": id }), None).await?;
    if let Some(since) = since {
        let first = ago(since).to_string();
        // Moments are written so that their order is that of the texts.
        turns.retain(|turn| turn.at >= first);
    }
    Ok(output.show(&turns, |turns| {
        let mut table = Table::new(&["at", "state", "message", "check"]);
        for turn in turns {
            let state = state(&turn.state, turn.reason.as_deref());
            table.row([moment(&turn.at), state, clean(&turn.message), turn.check_id.clone()]);
        }
        table.text("nothing turned")
    })?)
}

async fn find(client: &Client, id: String) -> Result<Check, Failure> {
    let found: Option<Check> = client.ask(&SHOW, json!({ "id": id })).await?;
    found.ok_or_else(|| Failure::NotFound { id, advice: KIND.advice })
}

/// `unknown: timed out`.
fn state(state: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{}: {}", word(state), word(reason)),
        None => word(state),
    }
}

fn next(check: &Check) -> String {
    match &check.next_run_at {
        _ if check.is_paused => "paused".to_owned(),
        Some(next) => moment(next),
        None => "-".to_owned(),
    }
}

fn table(checks: &[Check]) -> String {
    let mut table = Table::new(&["name", "kind", "state", "since", "message", "next"]);
    for check in checks {
        table.row([
            clean(&check.name),
            check.kind.clone(),
            state(&check.state, check.reason.as_deref()),
            check.state_since_at.as_deref().map_or_else(|| "-".to_owned(), moment),
            optional(check.message.as_deref()),
            next(check),
        ]);
    }
    table.text("nothing is checked; `mediary check add --url https://example.org` has it checked")
}

fn table_of_files(files: &[CheckFile]) -> String {
    let mut table = Table::new(&["file", "checks", "read", "what is wrong"]);
    for file in files {
        let errors = if file.errors.is_empty() { "-".to_owned() } else { clean(&file.errors.join("; ")) };
        table.row([clean(&file.name), file.checks.to_string(), moment(&file.read_at), errors]);
    }
    table.text(
        "there is no file in the folder `checks` of the server's data folder; what is put there is looked at",
    )
}

fn text(check: &Check) -> String {
    let when = match (&check.cron, &check.zone, check.every_seconds) {
        (Some(cron), Some(zone), _) => format!("{cron} {zone}"),
        (.., Some(seconds)) => format!("every {}", how_long(seconds)),
        _ => "-".to_owned(),
    };
    let flags = [
        (check.is_paused, "paused"),
        (check.is_late, "late"),
        (check.in_maintenance, "in maintenance"),
        (check.is_acknowledged, "acknowledged"),
        (check.is_running, "is looked at now"),
    ];
    let flags: Vec<&str> = flags.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    fields(&[
        ("id", Some(check.id.clone())),
        ("name", Some(clean(&check.name))),
        ("kind", Some(check.kind.clone())),
        ("said in", check.file.as_deref().map(clean)),
        ("looks at", (!check.target.is_empty()).then(|| clean(&check.target))),
        ("state", Some(state(&check.state, check.reason.as_deref()))),
        ("since", check.state_since_at.as_deref().map(moment)),
        ("message", check.message.as_deref().map(clean)),
        ("is", (!flags.is_empty()).then(|| flags.join(", "))),
        ("behind", check.behind.clone()),
        (
            "nobody is told until",
            check.snoozed_until.as_deref().filter(|until| is_to_come(until)).map(moment),
        ),
        ("when", Some(when)),
        ("last", check.last_run_at.as_deref().map(moment)),
        ("next", Some(next(check))),
    ])
}
