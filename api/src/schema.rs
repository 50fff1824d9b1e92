//! The GraphQL schema: roots merged of every concern's, and what resolvers find in their context.

use std::{collections::HashMap, fmt, sync::Arc};

use async_graphql::{Context, Error, MergedObject, MergedSubscription, Schema};
use futures::future::BoxFuture;
use mediary_events::Concern;
use mediary_log::{
    LogReader,
    check::Checks,
    gate::{Gate, Refusal},
    signal::SignalHub,
    token::Tokens,
    vault::Vault,
};
use mediary_projections::{ViewHandle, Views, telemetry::Telemetry};
use mediary_schema::{
    AttemptId, CheckId, JobId, RunId, Timestamp,
    account::Permission,
    check::KeptLog,
    job::Output,
    lane::Load,
    root::Standings,
    scope::Scope,
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::{
    as_of::{Ending, Moments, Timed, moment},
    changes::Feeds,
    entry::Entry,
    error, event,
    loader::{LookUps, PerRequest},
    scalar::Position,
    server::{
        Attempts,
        limits::{self, limit_schema},
    },
    session::session,
    view, worker,
};

/// Tells how the parts of the local worker are.
#[derive(Clone)]
pub struct Parts(Arc<dyn Fn() -> Vec<worker::Part> + Send + Sync>);

impl Parts {
    /// Parts that are told by a function.
    pub fn new(tell: impl Fn() -> Vec<worker::Part> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn now(&self) -> Vec<worker::Part> {
        (self.0)()
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Parts")
    }
}

/// Whoever keeps what attempts' programs write.
pub trait Outputs: fmt::Debug + Send + Sync {
    /// Whole lines of an attempt behind a place, at most so many bytes; none if nothing is kept of it.
    fn read(&self, attempt_id: AttemptId, after: u64, bytes_max: usize)
    -> BoxFuture<'static, Option<Output>>;

    /// The same of a look of a check.
    fn read_look(
        &self,
        look: (CheckId, RunId),
        after: u64,
        bytes_max: usize,
    ) -> BoxFuture<'static, Option<Output>>;

    /// The looks of a check of which something is kept, in the order in which they ended.
    fn looks(&self, check_id: CheckId) -> BoxFuture<'static, Vec<KeptLog>>;

    /// The check whose look it was, if something of it is kept.
    fn check_of(&self, run_id: RunId) -> BoxFuture<'static, Option<CheckId>>;
}

/// Whoever gives jobs out, and so knows why each is where it is.
pub trait Queue: fmt::Debug + Send + Sync {
    /// What each of these jobs waits for; those that are not open, at work, or held by a person are left out.
    fn waits(&self, job_ids: Vec<JobId>) -> BoxFuture<'static, HashMap<JobId, Wait>>;

    /// Every lane that open work needs, that is held, or that is in use.
    fn lanes(&self) -> BoxFuture<'static, Vec<Load>>;

    /// How much of whose work there is, and was on this day.
    fn quota_uses(&self, of: Vec<QuotaOf>) -> BoxFuture<'static, HashMap<QuotaOf, QuotaUse>>;

    /// How often these sites are asked, and what that means for what waits for them.
    fn paces(&self, sites: Vec<String>) -> BoxFuture<'static, HashMap<String, Pace>>;

    /// How many bytes are in the trash of all roots together; none if that can't be known now.
    fn bytes_in_trash(&self) -> BoxFuture<'static, Option<u64>>;
}

/// What resolvers find: the gate, the views, the signals.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The only way to append.
    pub gate: Gate,
    /// What is shown.
    pub views: Views,
    /// What was measured.
    pub telemetry: Telemetry,
    /// What flies beside the log.
    pub signals: SignalHub,
    /// Up to which position every reaction has reacted.
    pub reacted: watch::Receiver<u64>,
    /// Who may come in.
    pub tokens: Tokens,
    /// What is kept and told to nobody.
    pub vault: Vault,
    /// Whoever gives jobs out.
    pub queue: Arc<dyn Queue>,
    /// What is known of checks beside the log.
    pub checks: Checks,
    /// Whoever keeps what attempts' programs write.
    pub outputs: Arc<dyn Outputs>,
    /// How it stands with each root.
    pub standings: watch::Receiver<Standings>,
    /// The stored names of all reactions.
    pub reactions: Vec<&'static str>,
    /// Held while the log is proved: that reads all of it.
    pub verifying: Arc<Semaphore>,
    /// How the parts of the local worker are, now.
    pub parts: Parts,
}

/// Declares the roots and the table of entries: of each module its `Query`, `Mutation`, `Subscription` and `ENTRY`.
macro_rules! concerns {
    ($($concern:ident,)*) => {
        /// Everything that can be asked.
        #[derive(Default, MergedObject)]
        #[expect(missing_debug_implementations, reason = "a root without members has none")]
        pub struct Query($(crate::$concern::Query),*);

        /// Everything that can be done.
        #[derive(Default, MergedObject)]
        #[expect(missing_debug_implementations, reason = "a root without members has none")]
        pub struct Mutation($(crate::$concern::Mutation),*);

        /// Everything that can be watched.
        #[derive(Default, MergedSubscription)]
        #[expect(missing_debug_implementations, reason = "a root without members has none")]
        pub struct Subscription($(crate::$concern::Subscription),*);

        /// What each concern is to the rest of the API.
        pub(crate) const ENTRIES: &[Entry] = &[$(crate::$concern::ENTRY),*];
    };
}

concerns! {
    playlist,
    download,
    job,
    lane,
    file,
    root,
    event,
    account,
    project,
    setting,
    template,
    profile,
    watch,
    worker,
    view,
    telemetry,
    reaction,
    reservation,
    log,
    schedule,
    secret,
    plan,
    collection,
    notification,
    delivery,
    bot,
    preview,
    check,
    transcode,
    resolve,
    node,
}

/// The schema.
pub type MediarySchema = Schema<Timed<Query>, Mutation, Subscription>;

/// Builds the schema with its limits.
pub fn build(platform: Platform, options: &limits::Options) -> MediarySchema {
    built(platform, options, None)
}

/// The same of a replay: all of it is past, and nothing is done.
pub fn build_replay(platform: Platform, options: &limits::Options, ending: Ending) -> MediarySchema {
    built(platform, options, Some(ending))
}

fn built(platform: Platform, options: &limits::Options, ending: Option<Ending>) -> MediarySchema {
    let mut schema = Schema::build(Timed::<Query>::default(), Mutation::default(), Subscription::default())
        .data(Arc::new(platform))
        .data(event::Renderings::default())
        .data(Feeds::default())
        .data(Attempts::default())
        .extension(PerRequest)
        .extension(Moments)
        .extension(view::TellsStale);
    if let Some(ending) = ending {
        schema = schema.data(ending);
    }
    limit_schema(schema, options).finish()
}

/// The published contract: `schema/contracts/schema.graphql`.
pub fn sdl() -> String {
    Schema::build(Timed::<Query>::default(), Mutation::default(), Subscription::default()).finish().sdl()
}

pub(crate) fn platform<'a>(context: &Context<'a>) -> &'a Platform {
    context.data_unchecked::<Arc<Platform>>()
}

/// The log as the session of a request may see it, if it may ask this.
pub(crate) fn reader(context: &Context<'_>, permission: Permission) -> Result<LogReader, Error> {
    let reader = LogReader::new(platform(context).gate.log(), session(context, permission)?.scope());
    Ok(match moment(context) {
        Some(moment) => reader.up_to(moment.position),
        None => reader,
    })
}

/// The state of one thing, as of the moment of the answer.
pub(crate) async fn state<C: Concern>(context: &Context<'_>, uuid: Uuid) -> Result<C::State, Refusal> {
    let gate = &platform(context).gate;
    match moment(context) {
        Some(moment) => gate.state_as_of::<C>(uuid, moment.position).await,
        None => gate.state::<C>(uuid).await,
    }
}

/// When it is, for an answer: of the past, when its last event was recorded.
pub(crate) fn clock(context: &Context<'_>) -> Timestamp {
    let now = platform(context).gate.clock().now();
    moment(context).map_or(now, |moment| moment.at.unwrap_or(Timestamp::from_micros(0)))
}

/// What the session of a request may see.
pub(crate) fn scope(context: &Context<'_>) -> Result<Scope, Error> {
    Ok(session(context, Permission::READ)?.scope())
}

/// Reads what the session of a request may see of a view, once it has reached a position if one is asked for.
pub(crate) async fn read<T: Send + 'static>(
    context: &Context<'_>,
    view: fn(&Views) -> &ViewHandle,
    min_position: Option<Position>,
    query: impl FnOnce(&mediary_projections::Snapshot<'_>) -> mediary_projections::SqlResult<T> + Send + 'static,
) -> Result<T, Error> {
    let (scope, view) = (scope(context)?, view(&platform(context).views));
    let _reading = context.data_unchecked::<LookUps>().reading();
    if let Some(moment) = moment(context) {
        if let Some(Position(wanted)) = min_position.filter(|wanted| wanted.0 > moment.position) {
            let message =
                format!("position {wanted} is behind the moment that is asked for, {}", moment.position);
            return Err(error::fault(&message, "BAD_AS_OF", false));
        }
        let read = view.read_as_of(moment.position, scope, query).await;
        return read.map_err(|fault| error::view_fault(&fault));
    }
    if let Some(position) = min_position {
        view.wait_for(position.0).await.map_err(|fault| error::view_fault(&fault))?;
    }
    view.read(scope, query).await.map_err(|fault| error::view_fault(&fault))
}
