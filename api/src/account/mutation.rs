use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::account::{Account, Ask, ask};
use mediary_schema::PrincipalId;

use super::object::{Role, Token};
use crate::{
    command::{self, Done, Terms},
    error::parse_id,
    schema::platform,
};

#[derive(Debug, Default)]
pub(crate) struct AccountMutation;

/// A credential to be made.
#[derive(Debug, InputObject)]
pub(crate) struct TokenCreateInput {
    /// What people call it.
    name: String,
    /// What it may do.
    #[graphql(default_with = "Role::Owner")]
    role: Role,
    /// When it ends, in seconds from now; never if left out.
    expires_in_seconds: Option<u32>,
    #[graphql(flatten)]
    terms: Terms,
}

/// A credential to be refused.
#[derive(Debug, InputObject)]
pub(crate) struct TokenRevokeInput {
    /// The credential.
    id: ID,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct TokenPayload {
    /// The credential; none if it is refused by now.
    token: Option<Token>,
    /// The token itself. It is shown this once and stored nowhere: a repeated command has none.
    secret: Option<String>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl AccountMutation {
    /// Makes a credential.
    async fn token_create(&self, context: &Context<'_>, input: TokenCreateInput) -> Result<TokenPayload> {
        let TokenCreateInput { name, role, expires_in_seconds, terms } = input;
        let asked = ask::Create { name, role: role.into(), expires_in_seconds };
        payload(context, terms, Ask::Create(asked)).await
    }

    /// Refuses a credential from now on.
    async fn token_revoke(&self, context: &Context<'_>, input: TokenRevokeInput) -> Result<TokenPayload> {
        let asked = ask::Revoke { token_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::Revoke(asked)).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<TokenPayload> {
    let (told, done) = command::ask(context, terms, asked).await?;
    let Some(told) = told else { return Ok(TokenPayload { token: None, secret: None, done }) };
    if let Some(position) = &done.position {
        platform(context).tokens.reached(position.0).await;
    }
    let token_id = told.token_id;
    let look = move |state: &mediary_events::account::State| state.tokens.get(&token_id).cloned();
    let found = platform(context).gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), look).await;
    let token = found.ok().flatten();
    Ok(TokenPayload {
        token: token.map(|token| Token::new(token_id, token.name, token.role, token.expires_at)),
        secret: told.secret.map(|secret| secret.reveal().clone()),
        done,
    })
}
