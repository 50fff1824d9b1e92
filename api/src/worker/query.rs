use async_graphql::{Context, ID, Object, Result};
use mediary_schema::account::Permission;

use super::object::Worker;
use crate::{as_of::now_only, schema::platform, session::session};

#[derive(Debug, Default)]
pub(crate) struct WorkerQuery;

#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
#[Object]
impl WorkerQuery {
    /// The machines that do long work, with how each of their parts is.
    async fn workers(&self, context: &Context<'_>) -> Result<Vec<Worker>> {
        session(context, Permission::OPERATE)?;
        now_only(context, "how the parts of a worker were is not recorded")?;
        let platform = platform(context);
        let id = ID(platform.gate.identities().local_worker(platform.gate.log().id()).to_string());
        Ok(vec![Worker { id, parts: platform.parts.now() }])
    }
}
