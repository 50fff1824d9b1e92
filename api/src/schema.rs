//! The GraphQL schema: roots merged of every concern's, and what resolvers find in their context.

use std::sync::Arc;

use async_graphql::{Context, Error, MergedObject, MergedSubscription, Schema};
use mediary_events::lane;
use mediary_log::{LogReader, gate::Gate, signal::SignalHub, token::Tokens};
use mediary_projections::{ViewHandle, Views};
use mediary_schema::{account::Permission, scope::Scope};
use tokio::sync::{Semaphore, watch};

use crate::{
    account,
    changes::Feeds,
    download, error, event, file, job,
    loader::PerRequest,
    log, playlist, project, reaction, resolve,
    server::limits::{self, limit_schema},
    session::session,
    setting, view, worker,
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

impl std::fmt::Debug for Parts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Parts")
    }
}

/// What resolvers find: the gate, the views, the signals.
#[derive(Debug, Clone)]
pub struct Platform {
    /// The only way to append.
    pub gate: Gate,
    /// What is shown.
    pub views: Views,
    /// What flies beside the log.
    pub signals: SignalHub,
    /// Up to which position every reaction has reacted.
    pub reacted: watch::Receiver<u64>,
    /// Who may come in.
    pub tokens: Tokens,
    /// Which lanes are held.
    pub held: watch::Receiver<lane::State>,
    /// The stored names of all reactions.
    pub reactions: Vec<&'static str>,
    /// Held while the log is proved: that reads all of it.
    pub verifying: Arc<Semaphore>,
    /// How the parts of the local worker are, now.
    pub parts: Parts,
}

/// Everything that can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    playlist::PlaylistQuery,
    download::DownloadQuery,
    job::JobQuery,
    file::FileQuery,
    event::EventQuery,
    account::AccountQuery,
    project::ProjectQuery,
    setting::SettingQuery,
    reaction::ReactionQuery,
    resolve::ResolveQuery,
    worker::WorkerQuery,
    view::ViewQuery,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    playlist::PlaylistMutation,
    download::DownloadMutation,
    job::JobMutation,
    file::FileMutation,
    account::AccountMutation,
    project::ProjectMutation,
    setting::SettingMutation,
    worker::WorkerMutation,
    reaction::ReactionMutation,
    log::LogMutation,
    view::ViewMutation,
);

/// Everything that can be watched.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(
    event::EventSubscription,
    playlist::PlaylistSubscription,
    download::DownloadSubscription,
    job::JobSubscription,
    file::FileSubscription,
);

/// The schema.
pub type MediarySchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema with its limits.
pub fn build(platform: Platform, options: &limits::Options) -> MediarySchema {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .data(Arc::new(platform))
        .data(event::Renderings::default())
        .data(Feeds::default())
        .extension(PerRequest)
        .extension(view::TellsStale);
    limit_schema(schema, options).finish()
}

/// The published contract: `schema/contracts/schema.graphql`.
pub fn sdl() -> String {
    Schema::build(Query::default(), Mutation::default(), Subscription::default()).finish().sdl()
}

pub(crate) fn platform<'a>(context: &Context<'a>) -> &'a Platform {
    context.data_unchecked::<Arc<Platform>>()
}

/// The log as the session of a request may see it, if it may ask this.
pub(crate) fn reader(context: &Context<'_>, permission: Permission) -> Result<LogReader, Error> {
    Ok(LogReader::new(platform(context).gate.log(), session(context, permission)?.scope()))
}

/// What the session of a request may see.
pub(crate) fn scope(context: &Context<'_>) -> Result<Scope, Error> {
    Ok(session(context, Permission::Read)?.scope())
}

/// Reads what the session of a request may see of a view, once it has reached a position if one is asked for.
pub(crate) async fn read<T: Send + 'static>(
    context: &Context<'_>,
    view: fn(&Views) -> &ViewHandle,
    min_position: Option<crate::scalar::Position>,
    query: impl FnOnce(&mediary_projections::Snapshot<'_>) -> mediary_projections::SqlResult<T> + Send + 'static,
) -> Result<T, Error> {
    let (scope, view) = (scope(context)?, view(&platform(context).views));
    if let Some(position) = min_position {
        view.wait_for(position.0).await.map_err(|fault| error::view_fault(&fault))?;
    }
    view.read(scope, query).await.map_err(|fault| error::view_fault(&fault))
}
