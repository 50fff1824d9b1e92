use async_graphql::{Context, ID, InputObject, MergedObject, Object, Result, SimpleObject};
use mediary_events::account::{Account, Ask, Token as TokenState, ask};
use mediary_log::fanout;
use mediary_schema::{PrincipalId, TokenId, account::Network};

use super::{
    object::{Role, Token},
    user::UserMutation,
};
use crate::{
    asking::{self, Done, Terms},
    error::{fault, parse_id},
    schema::platform,
};

/// Tokens, and users with their sessions.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct AccountMutation(TokenMutation, UserMutation);

#[derive(Debug, Default)]
pub(crate) struct TokenMutation;

/// A credential to be made.
#[derive(Debug, InputObject)]
pub(crate) struct TokenCreateInput {
    /// What people call it.
    name: String,
    /// What it may do: to look, if nothing is said.
    #[graphql(default_with = "Some(Role::Viewer)")]
    role: Option<Role>,
    /// When it ends, in seconds from now; never if left out.
    expires_in_seconds: Option<u32>,
    /// Whether its holder may send commands over NATS, as a principal of its own; not if left out.
    nats: Option<bool>,
    /// The project whose things it opens; `home` if left out.
    project_id: Option<ID>,
    /// From where it may be shown, such as `192.168.1.0/24`; from anywhere if left out.
    networks: Option<Vec<String>>,
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
    /// How its holder speaks over NATS, if that was asked for.
    nats: Option<NatsUser>,
    #[graphql(flatten)]
    done: Done,
}

/// A credential as a user of a NATS server; its password is the token itself.
#[derive(Debug, SimpleObject)]
pub(crate) struct NatsUser {
    /// The name of the user.
    user: ID,
    /// As whom its commands are recorded.
    principal_id: ID,
    /// What the subjects of its commands begin with; `.<noun>.<verb>` follows.
    subject: String,
    /// What its inbox has to begin with.
    inbox_prefix: String,
    /// The line for the configuration of a NATS server of one's own; the child server has it already.
    configuration: String,
}

impl NatsUser {
    fn new(id: TokenId, password_hash: &str) -> Self {
        let principal = TokenState::nats_principal(id);
        Self {
            user: ID(id.to_string()),
            principal_id: ID(principal.to_string()),
            subject: format!("{}.{}", fanout::COMMANDS, principal.uuid()),
            inbox_prefix: fanout::inbox_prefix(id),
            configuration: fanout::user_lines(id, password_hash),
        }
    }
}

#[Object]
impl TokenMutation {
    /// Makes a credential.
    async fn token_create(&self, context: &Context<'_>, input: TokenCreateInput) -> Result<TokenPayload> {
        let TokenCreateInput { name, role, expires_in_seconds, nats, project_id, networks, terms } = input;
        let network = |text: &String| text.parse::<Network>();
        let networks = networks.unwrap_or_default().iter().map(network).collect::<Result<Vec<_>, _>>();
        let asked = ask::Create {
            name,
            role: role.unwrap_or(Role::Viewer).into(),
            expires_in_seconds,
            nats: nats.unwrap_or(false),
            project_id: project_id.map(|id| parse_id(&id)).transpose()?,
            networks: networks.map_err(|bad| fault(&bad.to_string(), "BAD_ARGUMENT", false))?,
        };
        payload(context, terms, Ask::Create(asked)).await
    }

    /// Refuses a credential from now on.
    async fn token_revoke(&self, context: &Context<'_>, input: TokenRevokeInput) -> Result<TokenPayload> {
        let asked = ask::Revoke { token_id: parse_id(&input.id)? };
        payload(context, input.terms, Ask::Revoke(asked)).await
    }
}

async fn payload(context: &Context<'_>, terms: Terms, asked: Ask) -> Result<TokenPayload> {
    let (told, done) = asking::ask(context, terms, asked).await?;
    // A dry run made no token: what it thought of must not look like one.
    let told = told.filter(|_| done.dry_run.is_none());
    let Some(told) = told else { return Ok(TokenPayload { token: None, secret: None, nats: None, done }) };
    if let Some(position) = &done.position {
        platform(context).tokens.reached(position.0).await;
    }
    let Some(token_id) = told.token_id else {
        return Ok(TokenPayload { token: None, secret: None, nats: None, done });
    };
    let look = move |state: &mediary_events::account::State| state.tokens.get(&token_id).cloned();
    let found = platform(context).gate.inspect::<Account, _>(PrincipalId::OWNER.uuid(), look).await;
    let token = found.ok().flatten();
    let nats = token.as_ref().and_then(|token| Some(NatsUser::new(token_id, token.nats.as_deref()?)));
    Ok(TokenPayload {
        nats,
        token: token.map(|token| Token::new(token_id, token, false)),
        secret: told.secret.map(|secret| secret.reveal().clone()),
        done,
    })
}
