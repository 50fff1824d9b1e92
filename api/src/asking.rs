//! The way of every mutation: what is asked is put before the gate, and what came of it is told.

use async_graphql::{Context, Error, ID, InputObject, Result, SimpleObject};
use mediary_log::{
    gate::{self, Answer, Refusal, Refused, Story, Transaction},
    work,
};
use mediary_schema::{CommandId, Several};

use crate::{
    dry_run::DryRun,
    error::{UserError, fault, parse_id, user_error},
    scalar::Position,
    schema::platform,
    session::{Session, session},
};

/// What every command says beside what it asks for.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct Terms {
    /// The command as its sender names it: sent twice, it is done once, and answered as the first time.
    pub(crate) command_id: Option<ID>,
    /// Do it only if nothing of this was recorded in between.
    pub(crate) only_if: Option<OnlyIfInput>,
    /// Only say what would be done, as `dryRun` of the answer: nothing is recorded, and the command's id is not remembered.
    pub(crate) dry_run: Option<bool>,
}

/// A boundary: refused as `MOVED`, with the positions that moved, if something that fits was recorded after the
/// position. It is checked in the moment of recording.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct OnlyIfInput {
    /// Streams, or what their names begin with: `playlist-<uuid>`; any if left out.
    streams: Option<Vec<String>>,
    /// Things such as `item-<uuid>`: what is recorded of them or names them, in whichever concern; any if left out.
    subjects: Option<Vec<String>>,
    /// Stored names of events, or a concern's name: `playlist.entry_added`, `job`; any if left out.
    types: Option<Vec<String>>,
    /// Since when: the position up to which the asker has looked.
    after: Position,
}

/// What is told of every command that was accepted.
#[derive(Debug, Clone, Default, SimpleObject)]
pub(crate) struct Done {
    /// The position that shows it; hand it to a query as `minPosition`.
    pub(crate) position: Option<Position>,
    /// The story of everything that follows: ask `story(id)` how far it is.
    pub(crate) story_id: Option<ID>,
    /// Whether the same command had been accepted before; then nothing was done now.
    pub(crate) repeated: bool,
    /// Jobs that were under way for the same work and that it joined: they matter at least as much from now on, and keep batch, tags,
    /// template, moment and predecessor that they have, whatever the ticket says.
    pub(crate) joined_job_ids: Vec<ID>,
    /// A signed statement that it was accepted; none is made yet.
    pub(crate) receipt: Option<String>,
    /// What would be done, if only that was asked; then nothing was done.
    pub(crate) dry_run: Option<DryRun>,
    /// Why it was not done, if it was not.
    pub(crate) user_errors: Vec<UserError>,
}

impl Done {
    /// What is told when it was not done.
    pub(crate) fn refused(error: UserError) -> Self {
        Self { user_errors: vec![error], ..Self::default() }
    }
}

/// Asks the gate. The answer is what the story told, if it was told, and what every command answers.
pub(crate) async fn ask<A: Story>(
    context: &Context<'_>,
    terms: Terms,
    asked: A,
) -> Result<(Option<A::Told>, Done)> {
    ask_beside(context, terms, asked, A::tell).await
}

/// [`ask`] for what comes with more than its data says: see [`gate::Gate::ask_beside`].
pub(crate) async fn ask_beside<A: Story>(
    context: &Context<'_>,
    terms: Terms,
    asked: A,
    tell: impl Fn(&A, &mut Transaction<'_>) -> Result<A::Told, Refusal> + Send + 'static,
) -> Result<(Option<A::Told>, Done)> {
    let gate = &platform(context).gate;
    let session = match session(context, asked.kind().permission) {
        Ok(session) => session,
        Err(fault) => {
            if let Some(session) = context.data_opt::<Session>() {
                let caller = session.caller(CommandId::from_uuid(gate.ids().next()), gate.ids());
                work::account::note_refused(gate, caller, session.token_id, asked.kind().name).await;
            }
            return Err(fault);
        }
    };
    let command_id = match terms.command_id {
        Some(id) => parse_id(&id)?,
        None => CommandId::from_uuid(gate.ids().next()),
    };
    let caller = session.caller(command_id, gate.ids());
    let only_if = terms.only_if.map(|OnlyIfInput { streams, subjects, types, after }| {
        let (streams, subjects) = (streams.unwrap_or_default(), subjects.unwrap_or_default());
        gate.registry().only_if(streams, &subjects, types.unwrap_or_default(), after.0)
    });
    let only_if = match only_if.transpose() {
        Ok(only_if) => only_if,
        Err(bad) => return Ok((None, Done::refused(user_error(&bad.into())?))),
    };
    let options = gate::Options { only_if, dry_run: terms.dry_run.unwrap_or(false) };
    match gate.ask_beside(caller, asked, options, tell).await {
        Ok(Answer { told, position, story_id, repeated, joined_job_ids, receipt, dry_run }) => {
            let done = Done {
                position: Some(Position(position)),
                story_id: story_id.map(|id| ID(id.to_string())),
                repeated,
                joined_job_ids: joined_job_ids.iter().map(|id| ID(id.to_string())).collect(),
                receipt: receipt.map(|receipt| receipt.0),
                dry_run: dry_run.map(DryRun::from),
                user_errors: Vec::new(),
            };
            Ok((Some(told), done))
        }
        Err(refusal) => Ok((None, Done::refused(user_error(&refusal)?))),
    }
}

/// What shows a thing after a command. A view that can't show it yet makes no done command look undone: the
/// thing is left out, and the position tells when it can be asked for.
pub(crate) fn shown<T>(found: Result<Option<T>>) -> Option<T> {
    found.unwrap_or_else(|error| {
        tracing::debug!(error = error.message, "a done command can't be shown yet");
        None
    })
}

/// The ids of a list, all of them before anything is done.
pub(crate) fn several<T, const N: usize>(ids: &[ID]) -> Result<Several<T, N>>
where
    T: std::str::FromStr + PartialEq,
    T::Err: std::fmt::Display,
{
    let ids = ids.iter().map(|id| parse_id(id)).collect::<Result<Vec<T>, Error>>()?;
    Several::try_from(ids).map_err(|error| fault(&error.to_string(), "BAD_LIST", false))
}

impl From<Refused> for UserError {
    fn from(refused: Refused) -> Self {
        let Refused { code, message, advice, retryable, positions } = refused;
        let positions = positions.into_iter().map(Position).collect();
        Self { code, message, advice, retryable, positions }
    }
}
