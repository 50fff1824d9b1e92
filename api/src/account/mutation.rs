use std::time::Duration;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_events::account::{Account, Command};
use mediary_schema::{CommandId, PrincipalId, TokenId, account::Permission};

use super::object::{Role, Token};
use crate::{
    error::{UserError, parse_id, user_error},
    schema::platform,
    session::{self, session},
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
}

/// What came of it.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct TokenPayload {
    /// The credential.
    token: Option<Token>,
    /// The token itself. It is shown this once and stored nowhere.
    secret: Option<String>,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl AccountMutation {
    /// Makes a credential.
    async fn token_create(&self, context: &Context<'_>, input: TokenCreateInput) -> Result<TokenPayload> {
        let session = session(context, Permission::Administer)?;
        let gate = &platform(context).gate;
        let token_id = TokenId::from_uuid(gate.ids().next());
        let secret = session::new_token(gate.ids());
        let role = input.role.into();
        let expires_in = input.expires_in_seconds.map(|seconds| Duration::from_secs(u64::from(seconds)));
        let expires_at = expires_in.map(|wait| gate.clock().now().after(wait));
        let command = Command::Issue {
            token_id,
            name: input.name.clone(),
            digest: session::digest(&secret),
            role,
            expires_at,
        };
        let caller = session.caller(CommandId::from_uuid(gate.ids().next()), gate.ids());
        Ok(match gate.execute::<Account>(caller, PrincipalId::OWNER.uuid(), command).await {
            Ok(_) => TokenPayload {
                token: Some(Token::new(token_id, input.name, role, expires_at)),
                secret: Some(secret),
                user_errors: Vec::new(),
            },
            Err(refusal) => {
                TokenPayload { user_errors: vec![user_error(&refusal)?], ..TokenPayload::default() }
            }
        })
    }

    /// Refuses a credential from now on.
    async fn token_revoke(&self, context: &Context<'_>, id: ID) -> Result<TokenPayload> {
        let session = session(context, Permission::Administer)?;
        let gate = &platform(context).gate;
        let token_id: TokenId = parse_id(&id)?;
        let caller = session.caller(CommandId::from_uuid(gate.ids().next()), gate.ids());
        let command = Command::Revoke { token_id };
        Ok(match gate.execute::<Account>(caller, PrincipalId::OWNER.uuid(), command).await {
            Ok(_) => TokenPayload::default(),
            Err(refusal) => {
                TokenPayload { user_errors: vec![user_error(&refusal)?], ..TokenPayload::default() }
            }
        })
    }
}
