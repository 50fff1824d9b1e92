use async_graphql::{Context, ID, Object, Result};
use mediary_events::account::{Account, State};
use mediary_schema::{PrincipalId, TokenId, account::Permission};

use super::object::{Session, Token, User, Viewer};
use crate::{
    error::{parse_id, read_fault},
    schema::{clock, platform, state},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Every credential that is accepted; one that has ended is not.
    async fn tokens(&self, context: &Context<'_>) -> Result<Vec<Token>> {
        session(context, Permission::ADMINISTER)?;
        let (state, now) = (accounts(context).await?, clock(context));
        let disabled = state.disabled;
        let tokens = state.tokens.into_iter().filter(|(_, token)| token.is_living(now));
        let made_by = platform(context).tokens.makers();
        let is_disabled = |id: &TokenId| made_by.get(id).is_some_and(|maker| disabled.contains(maker));
        Ok(tokens.map(|(id, token)| Token::new(id, token, is_disabled(&id))).collect())
    }

    /// Whoever asks: what he may do, whichever way he came in.
    async fn viewer(&self, context: &Context<'_>) -> Result<Viewer> {
        let session = session(context, Permission::READ)?;
        let state = accounts(context).await?;
        let user = state.users.get(&session.speaks_as).filter(|_| session.session_id.is_some());
        Ok(Viewer {
            principal_id: ID(session.speaks_as.to_string()),
            name: user.map(|user| user.name.clone()).filter(|name| !name.is_empty()),
            role: session.rights.role.into(),
            permissions: session.rights.names_in(session.project).map(str::to_owned).collect(),
            project_id: ID(session.project.to_string()),
            session_id: session.session_id.map(|id| ID(id.to_string())),
            capabilities: platform(context).gate.capabilities().names().collect(),
        })
    }

    /// Everybody who signs in by a name and a password, in the order of their names.
    async fn users(&self, context: &Context<'_>) -> Result<Vec<User>> {
        let this = session(context, Permission::ADMINISTER)?.session_id;
        let (state, now) = (accounts(context).await?, clock(context));
        let mut named: Vec<_> =
            state.users.iter().map(|(id, user)| (user.name.to_lowercase(), *id)).collect();
        named.sort();
        Ok(named.into_iter().filter_map(|(_, id)| User::of(&state, id, this, now)).collect())
    }

    /// Browsers that one is signed in by; those of somebody else for whoever administers.
    async fn sessions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose; one's own if left out.")] user_id: Option<ID>,
    ) -> Result<Vec<Session>> {
        let asking = session(context, Permission::READ)?;
        let user_id = user_id.map(|id| parse_id(&id)).transpose()?.unwrap_or(asking.speaks_as);
        if !asking.is_browser_of(user_id) {
            asking.require(Permission::ADMINISTER)?;
        }
        let (state, now) = (accounts(context).await?, clock(context));
        Ok(Session::of(&state, user_id, asking.session_id, now))
    }
}

async fn accounts(context: &Context<'_>) -> Result<State> {
    let state = state::<Account>(context, PrincipalId::OWNER.uuid()).await;
    state.map_err(|refusal| read_fault(&refusal))
}
