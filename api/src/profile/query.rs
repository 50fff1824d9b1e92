use async_graphql::{Context, Object, Result};
use mediary_events::profile::Profiles;
use mediary_schema::{account::Permission, profile};

use super::object::Profile;
use crate::{error::read_fault, schema::state, session::session};

#[derive(Debug, Default)]
pub(crate) struct ProfileQuery;

#[Object]
impl ProfileQuery {
    /// By which rules files can be made of files: those that ship with the program, then your own by their names.
    async fn profiles(&self, context: &Context<'_>) -> Result<Vec<Profile>> {
        let project = session(context, Permission::READ)?.project;
        let state =
            state::<Profiles>(context, project.uuid()).await.map_err(|refusal| read_fault(&refusal))?;
        Ok(profile::Profile::shipped().into_iter().chain(state.all()).map(Profile::from).collect())
    }
}
