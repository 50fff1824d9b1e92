use async_graphql::Context;
use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::account::Account;
use mediary_schema::{PrincipalId, SessionId, TokenId};

use super::explain::Words;
use crate::{
    entry::{Entry, Named, Shelf, Thing},
    schema::{clock, state},
};

/// Tokens, to the rest of the API.
pub(crate) const ENTRY: Entry = Entry {
    words: Some(&Words),
    things: &[
        Thing {
            kind: TokenId::KIND,
            about: "A credential: by name.",
            shelf: Shelf::Administered(living),
            // Who administers the installation asks for all of them.
            node: None,
        },
        Thing {
            kind: PrincipalId::KIND,
            about: "Somebody who signs in: by name.",
            shelf: Shelf::Administered(users),
            node: None,
        },
        Thing {
            kind: SessionId::KIND,
            about: "A browser that is signed in: by its id.",
            shelf: Shelf::Administered(sessions),
            node: None,
        },
    ],
    ..Entry::NOTHING
};

/// Every credential that is accepted, with its name.
fn living<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let (state, now) = (state::<Account>(context, PrincipalId::OWNER.uuid()).await?, clock(context));
        let living = state.tokens.into_iter().filter(|(_, token)| token.is_living(now));
        Ok(living.map(|(id, token)| (id.uuid(), token.name)).collect())
    }
    .boxed()
}

/// Every user, with his name.
fn users<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let users = state::<Account>(context, PrincipalId::OWNER.uuid()).await?.users.into_iter();
        Ok(users.map(|(id, user)| (id.uuid(), user.name)).collect())
    }
    .boxed()
}

/// Every browser that is signed in, with what it calls itself.
fn sessions<'a>(context: &'a Context<'_>) -> BoxFuture<'a, Named> {
    async {
        let (state, now) = (state::<Account>(context, PrincipalId::OWNER.uuid()).await?, clock(context));
        let open = state.sessions.into_iter().filter(|(_, session)| session.expires_at > now);
        Ok(open.map(|(id, session)| (id.uuid(), session.agent)).collect())
    }
    .boxed()
}
