use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::Rejection as _;
use mediary_projections::{
    Snapshot, Views,
    check::{self as view, CheckField, CheckFilter, CheckView, IncidentField, TurnField},
    listing::OrderField as _,
};
use mediary_schema::{
    CheckId,
    account::Permission,
    check::{FileOfChecks, Probe},
};

use super::{
    Check, CheckState,
    backtest::{CheckBacktest, CheckRuleInput},
    log::{CheckKeptLog, CheckLog},
    object::{CheckById, CheckIncident, CheckTurn},
};
use crate::{
    as_of::now_only,
    connection::{self, Nodes, Of, Part},
    error::{fault, parse_id},
    loader::look_up,
    scalar::{DateTime, Long, Position},
    schema::platform,
    server::{ping, run_hook, spawn_blocking},
    session::session,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<CheckView>;

#[derive(Debug, Default)]
pub(crate) struct CheckQuery;

/// What checks can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CheckField", name = "CheckOrderField")]
pub(crate) enum OrderName {
    /// When they were defined first.
    DefinedAt,
    /// Their names.
    Name,
}

/// Which checks are asked for; all of it must be so.
#[derive(Debug, Default, InputObject)]
pub(crate) struct CheckFilterInput {
    /// Only those that were found so.
    state: Option<CheckState>,
    /// Only those of this kind.
    kind: Option<String>,
    /// Only those that have these words in their names, targets, groups or tags.
    search: Option<String>,
}

/// Where a signed webhook has a check looked at.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckRunHook {
    /// A path on the server, to which the webhook is sent.
    path: String,
    /// By what it is signed: as Standard Webhooks has it (`webhook-signature`) or GitHub (`X-Hub-Signature-256`), or as the token of GitLab.
    secret: String,
}

/// A file of the server's folder of checks.
#[derive(Debug, SimpleObject)]
pub(crate) struct CheckFile {
    /// What it is called in the folder.
    name: String,
    /// How many checks of it are looked at as it says.
    checks: usize,
    /// What is wrong with it, with the line or the check; nothing if all of it is understood.
    errors: Vec<String>,
    /// When it was read.
    read_at: DateTime,
}

impl From<FileOfChecks> for CheckFile {
    fn from(FileOfChecks { name, checks, errors, read_at }: FileOfChecks) -> Self {
        Self { name, checks, errors, read_at: DateTime(read_at) }
    }
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl CheckQuery {
    /// A check; none if there is no such check.
    async fn check(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Check>> {
        connection::one(context, VIEW, &id, min_position, view::check).await
    }

    /// What is looked at again and again, by name unless said otherwise.
    #[graphql(
        complexity = "connection::cost(first, last, child_complexity) + connection::cost_of_search(filter.as_ref().and_then(|filter| filter.search.as_ref()))"
    )]
    async fn checks(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        filter: Option<CheckFilterInput>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Check>> {
        let CheckFilterInput { state, kind, search } = filter.unwrap_or_default();
        let (state, search) = (state.map(CheckState::into), connection::search(search)?);
        let filter = CheckFilter { order: order(order_by), state, kind, search };
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::checks(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// Where a check reports that reports by itself: a path on the server, to which whoever has it may report. `start`, `fail`, `log` or an
    /// exit code may stand behind it. `mediary secret rotate` makes it another one. None if there is no such check, or it is looked at.
    async fn check_push_path(&self, context: &Context<'_>, id: ID) -> Result<Option<String>> {
        now_only(context, "where to report is known of now alone")?;
        let session = session(context, Permission::CHECK)?;
        let check_id: CheckId = parse_id(&id)?;
        let row = look_up::<CheckById>(context, check_id).await?;
        let Some(row) = row.filter(|row| matches!(row.definition.probe, Probe::Push {})) else {
            return Ok(None);
        };
        let (vault, project) = (platform(context).vault.clone(), session.project);
        let path = spawn_blocking(move || ping::path_of(&vault, project, &row.name)).await;
        let path = path.map_err(|_| fault("the server is stopping", "STOPPING", true))?;
        path.map(Some).map_err(|error| fault(&error.to_string(), error.code(), false))
    }

    /// Where a signed webhook has a check looked at, and by what it is signed. `mediary secret rotate` makes it another one. None if there
    /// is no such check, or it reports by itself.
    async fn check_run_hook(&self, context: &Context<'_>, id: ID) -> Result<Option<CheckRunHook>> {
        now_only(context, "where webhooks come in is known of now alone")?;
        let session = session(context, Permission::CHECK)?;
        let check_id: CheckId = parse_id(&id)?;
        let row = look_up::<CheckById>(context, check_id).await?;
        let Some(row) = row.filter(|row| !matches!(row.definition.probe, Probe::Push {})) else {
            return Ok(None);
        };
        let (vault, project) = (platform(context).vault.clone(), session.project);
        let found = spawn_blocking(move || run_hook::address_of(&vault, project, check_id, &row.name)).await;
        let found = found.map_err(|_| fault("the server is stopping", "STOPPING", true))?;
        let found = found.map_err(|error| fault(&error.to_string(), error.code(), false))?;
        Ok(Some(CheckRunHook { path: found.path, secret: found.secret }))
    }

    /// What the program of a look wrote, from the beginning or behind so many bytes: of one that runs up to now. None if there is no such
    /// look any more, or it had no program.
    async fn check_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The look, or the check whose look it was that was made last.")] id: ID,
        #[graphql(desc = "The `end` up to which the client has it.")] after: Option<Long>,
    ) -> Result<Option<CheckLog>> {
        now_only(context, "what the program of a look had written by then is not recorded")?;
        session(context, Permission::CHECK)?;
        CheckLog::find(context, &id, after.map_or(0, |Long(after)| after)).await
    }

    /// The looks of a check of which `checkLog` has something to show, by when their programs wrote last: the newest first, at most 1,000.
    async fn check_logs(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "From this moment on.")] since: DateTime,
        #[graphql(desc = "Before this one.")] until: DateTime,
    ) -> Result<Vec<CheckKeptLog>> {
        now_only(context, "what is kept of what programs wrote is known of now alone")?;
        session(context, Permission::CHECK)?;
        CheckKeptLog::find(context, parse_id(&id)?, since.0..until.0).await
    }

    /// What a rule makes of the looks that are recorded, before anybody keeps it: how often somebody would have been told, as if the check
    /// depended on no other. None if there is no such check.
    #[graphql(complexity = "100 + child_complexity")]
    async fn check_backtest(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "From this moment on, at most 400 days ago; 30 days ago if left out.")]
        since: Option<DateTime>,
        #[graphql(desc = "The rule; the one that the check has if left out.")] rule: Option<CheckRuleInput>,
    ) -> Result<Option<CheckBacktest>> {
        now_only(context, "samples are kept apart from the log, each with its own moment")?;
        session(context, Permission::CHECK)?;
        CheckBacktest::of(context, parse_id(&id)?, since.map(|DateTime(since)| since), rule).await
    }

    /// The files of the server's folder of checks, by their names, as they were read last: what of them can't be understood changes nothing.
    #[expect(clippy::unused_async, reason = "the form that the macro asks for")]
    async fn check_files(&self, context: &Context<'_>) -> Result<Vec<CheckFile>> {
        now_only(context, "how the files are is known of now alone")?;
        session(context, Permission::CHECK)?;
        Ok(platform(context).checks.files().into_iter().map(CheckFile::from).collect())
    }

    /// Whenever a check, or any, was found to be another thing than before; the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn check_turns(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "Only those of this check.")] check_id: Option<ID>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<CheckTurn>> {
        let check_id: Option<CheckId> = check_id.map(|id| parse_id(&id)).transpose()?;
        let part = (Part { first, last, after, before }, TurnField::DEFAULT.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::turns(rows, check_id, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// What is wrong with a check, or with any, and what was; the newest first.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn check_incidents(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        #[graphql(desc = "Only those of this check.")] check_id: Option<ID>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<CheckIncident>> {
        let check_id: Option<CheckId> = check_id.map(|id| parse_id(&id)).transpose()?;
        let part = (Part { first, last, after, before }, IncidentField::DEFAULT.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::incidents(rows, check_id, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}
