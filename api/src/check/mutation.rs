use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Context, Error, ID, InputObject, InputType as _, Json, Object, Pos, Result, SimpleObject,
};
use mediary_events::check::{
    Ask,
    ask::{Acknowledge, Add, RunNow, Snooze, Which},
};
use mediary_schema::{
    CheckId,
    check::{Alerting, Bound, Definition, Maintenance, NotFinite, Probe, Threshold},
    schedule::Rhythm,
};

use super::{
    Check,
    report::{CheckReportInput, CheckReportPayload},
};
use crate::{
    asking::{self, Done, Terms, shown},
    error::{fault, parse_id},
    notification::SeverityName,
    scalar::DateTime,
    schedule::ScheduleTiming,
};

#[derive(Debug, Default)]
pub(crate) struct CheckMutation;

/// What to look at, how and when.
#[derive(Debug, InputObject)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own in the API")]
pub(crate) struct CheckAddInput {
    /// What people call it; one of a kind.
    name: String,
    /// What is looked at, as the JSON Schema of the command `check.add` has it: `{"http": {"url": "https://example.org/"}}`.
    probe: Json<serde_json::Value>,
    /// When it is looked at; each minute if left out. Of what reports by itself: when it is expected to.
    timing: Option<ScheduleTiming>,
    /// By how many seconds each moment is put off, at most.
    #[graphql(default)]
    jitter_seconds: u32,
    /// How long a look may take, in seconds; of what reports by itself, how late it may be.
    #[graphql(default_with = "Definition::TIMEOUT_SECONDS_USUAL")]
    timeout_seconds: u32,
    /// Whether it is well as long as the look fails.
    #[graphql(default)]
    is_inverted: bool,
    /// What the numbers of a look have to be: it fails if one is not.
    #[graphql(default)]
    thresholds: Vec<CheckThresholdInput>,
    /// How many looks have to fail until something is wrong.
    #[graphql(default = 1)]
    fail_after: u8,
    /// Of how many in a row; as many as have to fail if left out.
    fail_of: Option<u8>,
    /// After how many in a row that are well it is over.
    #[graphql(default = 1)]
    clear_after: u8,
    /// How much it matters.
    #[graphql(default_with = "SeverityName::Error")]
    severity: SeverityName,
    /// Channels that it is told by, however little it matters.
    #[graphql(default)]
    channels: Vec<String>,
    /// After how many seconds it is told again, as long as it is wrong and nobody knows of it; once if left out.
    repeat_seconds: Option<u32>,
    /// When it may fail without anybody being told.
    #[graphql(default)]
    maintenance: Vec<CheckMaintenanceInput>,
    /// Checks that this one can't be well without.
    #[graphql(default)]
    depends_on: Vec<ID>,
    /// What people sort it under.
    group: Option<String>,
    /// Words that people find it by.
    #[graphql(default)]
    tags: Vec<String>,
    /// Where people go on from it.
    #[graphql(default)]
    links: Vec<CheckLinkInput>,
    /// Whether everybody may see its name and how it is, without a token: on the page `/status` of the server and as a badge.
    #[graphql(default)]
    is_public: bool,
    /// Whether it takes the place of what is checked under this name; otherwise that is refused.
    #[graphql(default)]
    replace: bool,
    /// Whether it waits from the beginning until somebody resumes it.
    #[graphql(default)]
    is_paused: bool,
    #[graphql(flatten)]
    terms: Terms,
}

/// A while that comes again and again.
#[derive(Debug, InputObject)]
pub(crate) struct CheckMaintenanceInput {
    /// At which moments it begins.
    timing: ScheduleTiming,
    /// How long it lasts, in seconds.
    seconds: u32,
}

impl From<CheckMaintenanceInput> for Maintenance {
    fn from(CheckMaintenanceInput { timing, seconds }: CheckMaintenanceInput) -> Self {
        Self { timing: timing.into(), seconds }
    }
}

/// What a number of a look has to be; both bounds are within it.
#[derive(Debug, InputObject)]
pub(crate) struct CheckThresholdInput {
    /// What the number is called.
    value: String,
    /// What it is at least, in its own unit.
    min: Option<f64>,
    /// What it is at most, in its own unit.
    max: Option<f64>,
}

impl TryFrom<CheckThresholdInput> for Threshold {
    type Error = NotFinite;

    fn try_from(CheckThresholdInput { value, min, max }: CheckThresholdInput) -> Result<Self, NotFinite> {
        let bound = |number: Option<f64>| number.map(Bound::try_from).transpose();
        Ok(Self { value, min: bound(min)?, max: bound(max)? })
    }
}

/// Where people go on from a check.
#[derive(Debug, InputObject)]
pub(crate) struct CheckLinkInput {
    /// What the place is called.
    name: String,
    /// Its address.
    url: String,
}

/// Which check.
#[derive(Debug, InputObject)]
pub(crate) struct CheckInput {
    /// The check.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// Which check is looked at now.
#[derive(Debug, InputObject)]
pub(crate) struct CheckRunInput {
    /// The check.
    id: ID,
    /// What it is looked at for, such as a commit: its program has it as the variable `MEDIARY_REFERENCE`.
    reference: Option<String>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Of which check somebody knows that it is wrong.
#[derive(Debug, InputObject)]
pub(crate) struct CheckAcknowledgeInput {
    /// The check.
    id: ID,
    /// What he has to say, for others.
    note: Option<String>,
    #[graphql(flatten)]
    terms: Terms,
}

/// Of which check nobody is told.
#[derive(Debug, InputObject)]
pub(crate) struct CheckSnoozeInput {
    /// The check.
    id: ID,
    /// Until when; left out, it ends now.
    until: Option<DateTime>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckPayload {
    /// The check as it is now; none if it was removed, or can't be shown yet.
    check: Option<Check>,
    /// The look that was asked for, or the one that somebody asked for before and that is not over: `check.run_ended` with
    /// this id says what it found.
    run_id: Option<ID>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl CheckMutation {
    /// Has something looked at again and again from now on. Adding the same again changes nothing.
    async fn check_add(&self, context: &Context<'_>, input: CheckAddInput) -> Result<CheckPayload> {
        let (asked, terms) = asked(input)?;
        payload(context, terms, Ask::Add(Box::new(asked))).await
    }

    /// Looks no more until it is resumed.
    async fn check_pause(&self, context: &Context<'_>, input: CheckInput) -> Result<CheckPayload> {
        payload(context, input.terms, Ask::Pause(which(&input.id)?)).await
    }

    /// Looks again.
    async fn check_resume(&self, context: &Context<'_>, input: CheckInput) -> Result<CheckPayload> {
        payload(context, input.terms, Ask::Resume(which(&input.id)?)).await
    }

    /// Looks no more.
    async fn check_remove(&self, context: &Context<'_>, input: CheckInput) -> Result<CheckPayload> {
        payload(context, input.terms, Ask::Remove(which(&input.id)?)).await
    }

    /// Looks now, too; a look that is under way is the one that is answered.
    async fn check_run(&self, context: &Context<'_>, input: CheckRunInput) -> Result<CheckPayload> {
        let CheckRunInput { id, reference, terms } = input;
        payload(context, terms, Ask::Run(RunNow { check_id: parse_id(&id)?, reference })).await
    }

    /// Says that somebody knows that it is wrong.
    async fn check_acknowledge(
        &self,
        context: &Context<'_>,
        input: CheckAcknowledgeInput,
    ) -> Result<CheckPayload> {
        let CheckAcknowledgeInput { id, note, terms } = input;
        payload(context, terms, Ask::Acknowledge(Acknowledge { check_id: parse_id(&id)?, note })).await
    }

    /// Tells nobody of it until then; what is found is recorded all the same.
    async fn check_snooze(&self, context: &Context<'_>, input: CheckSnoozeInput) -> Result<CheckPayload> {
        let CheckSnoozeInput { id, until, terms } = input;
        let until = until.map(|DateTime(until)| until);
        payload(context, terms, Ask::Snooze(Snooze { check_id: parse_id(&id)?, until })).await
    }

    /// Writes down how a month of it was, minute by minute, as far as that is kept: up, down, or not watched. From then on the chain of
    /// the log proves it, and an excerpt of its history shows it to whoever has no Mediary.
    #[graphql(complexity = "100 + child_complexity")]
    async fn check_report(
        &self,
        context: &Context<'_>,
        input: CheckReportInput,
    ) -> Result<CheckReportPayload> {
        CheckReportPayload::of(context, input).await
    }
}

/// The command that such an input stands for: what is said in a file is understood as the API understands it.
///
/// # Errors
/// What is wrong with it, in words.
pub fn add_of(input: serde_json::Map<String, serde_json::Value>) -> Result<Add, String> {
    let input = async_graphql::Value::from_json(input.into()).map_err(|error| error.to_string())?;
    let input =
        CheckAddInput::parse(Some(input)).map_err(|error| error.into_server_error(Pos::default()).message)?;
    asked(input).map(|(add, _)| add).map_err(|error| error.message)
}

fn asked(input: CheckAddInput) -> Result<(Add, Terms)> {
    let Json(probe) = input.probe;
    let probe: Probe = serde_json::from_value(probe).map_err(|error| no_probe(&error))?;
    let every = ScheduleTiming::EverySeconds(Definition::EVERY_SECONDS_USUAL);
    let timing = input.timing.unwrap_or(every).into();
    let depends_on: BTreeSet<CheckId> =
        input.depends_on.iter().map(|id| parse_id(id)).collect::<Result<_, Error>>()?;
    let links: BTreeMap<String, String> =
        input.links.into_iter().map(|CheckLinkInput { name, url }| (name, url)).collect();
    let thresholds: Result<Vec<Threshold>, NotFinite> =
        input.thresholds.into_iter().map(Threshold::try_from).collect();
    let thresholds = thresholds.map_err(|error| fault(&error.to_string(), "CHECK_BAD_THRESHOLD", false))?;
    let definition = Definition {
        probe,
        rhythm: Rhythm { timing, jitter_seconds: input.jitter_seconds },
        timeout_seconds: input.timeout_seconds,
        is_inverted: input.is_inverted,
        thresholds,
        alerting: Alerting {
            fail_after: input.fail_after,
            fail_of: input.fail_of,
            clear_after: input.clear_after,
            severity: input.severity.into(),
            channels: input.channels,
            repeat_seconds: input.repeat_seconds,
        },
        maintenance: input.maintenance.into_iter().map(Maintenance::from).collect(),
        depends_on,
        group: input.group,
        tags: input.tags.into_iter().collect(),
        links,
        is_public: input.is_public,
    };
    let (name, replace, is_paused) = (input.name, input.replace, input.is_paused);
    Ok((Add { name, definition, replace, is_paused }, input.terms))
}

fn no_probe(error: &serde_json::Error) -> Error {
    let kinds = Probe::KINDS.join(", ");
    fault(&format!("this is no probe: {error}; it is one of {kinds}"), "CHECK_BAD_PROBE", false)
}

fn which(id: &str) -> Result<Which> {
    Ok(Which { check_id: parse_id(id)? })
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<CheckPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(CheckPayload { check: None, run_id: None, done }) };
    let check = shown(Check::find(context, told.check_id, done.position).await);
    Ok(CheckPayload { check, run_id: told.run_id.map(|run_id| ID(run_id.to_string())), done })
}
