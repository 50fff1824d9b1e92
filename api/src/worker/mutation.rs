use async_graphql::{Context, Object, Result, SimpleObject};
use mediary_events::worker::{Command, Worker};
use mediary_schema::{CommandId, WorkerId, account::Permission};

use crate::{
    error::{UserError, user_error},
    schema::platform,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct WorkerMutation;

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct WorkerPayload {
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl WorkerMutation {
    /// Starts a concern again that was halted because it failed too often.
    async fn worker_resume(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The kind of work that is halted: `list` or `download`.")] concern: String,
    ) -> Result<WorkerPayload> {
        let session = session(context, Permission::Operate)?;
        let gate = &platform(context).gate;
        let worker_id = WorkerId::local(gate.log().id());
        let caller = session.caller(CommandId::from_uuid(gate.ids().next()), gate.ids());
        let outcome = gate.execute::<Worker>(caller, worker_id.uuid(), Command::Resume { concern }).await;
        Ok(match outcome {
            Ok(_) => WorkerPayload::default(),
            Err(refusal) => WorkerPayload { user_errors: vec![user_error(&refusal)?] },
        })
    }
}
