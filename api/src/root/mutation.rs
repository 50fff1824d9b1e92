use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::root::{Ask, Root as Roots, ask};
use mediary_schema::ProjectId;

use super::object::{Kind, Root};
use crate::{
    asking::{self, Done, Terms},
    schema::platform,
};

#[derive(Debug, Default)]
pub(crate) struct RootMutation;

/// A folder to be registered.
#[derive(Debug, InputObject)]
pub(crate) struct RootAddInput {
    /// Its whole path on the server's machine.
    folder: String,
    /// What it is there for; `LIBRARY` if left out.
    kind: Option<Kind>,
    /// What people call it; the name of the folder if left out.
    name: Option<String>,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct RootPayload {
    /// The root.
    root: Option<Root>,
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl RootMutation {
    /// Registers a folder below which files lie; one that is registered already is answered. It lies in a registered
    /// one, unless the local token of the server's own machine is shown.
    async fn root_add(&self, context: &Context<'_>, input: RootAddInput) -> Result<RootPayload> {
        let RootAddInput { folder, kind, name, terms } = input;
        let kind = kind.map(Into::into).unwrap_or_default();
        let (told, done) = asking::ask(context, terms, Ask::Add(ask::Add { folder, kind, name })).await?;
        let Some(told) = told else { return Ok(RootPayload { root: None, done }) };
        let look = move |state: &mediary_events::root::State| state.root(told.root_id).cloned();
        let found = platform(context).gate.inspect::<Roots, _>(ProjectId::HOME.uuid(), look).await;
        let root = found.ok().flatten().map(|root| Root::of(context, root));
        Ok(RootPayload { root, done })
    }
}
