use async_graphql::{Context, Object, Result};
use mediary_events::account::Account;
use mediary_schema::{PrincipalId, account::Permission};

use super::object::Token;
use crate::{
    error::read_fault,
    schema::{clock, state},
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Every credential that is accepted; one that has ended is not.
    async fn tokens(&self, context: &Context<'_>) -> Result<Vec<Token>> {
        session(context, Permission::ADMINISTER)?;
        let state = state::<Account>(context, PrincipalId::OWNER.uuid()).await;
        let state = state.map_err(|refusal| read_fault(&refusal))?;
        let now = clock(context);
        let tokens = state.tokens.into_iter().filter(|(_, token)| token.is_living(now));
        Ok(tokens.map(|(id, token)| Token::new(id, token)).collect())
    }
}
