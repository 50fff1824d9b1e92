use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_projections::{ChangeError, Edition, ViewHandle};
use mediary_schema::account::Permission;

use super::object::View;
use crate::{
    error::{UserError, view_fault},
    schema::platform,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct ViewMutation;

/// What to build anew.
#[derive(Debug, InputObject)]
pub(crate) struct ViewRebuildInput {
    /// The view: `job`.
    name: String,
}

/// What to answer from.
#[derive(Debug, InputObject)]
pub(crate) struct ViewUseInput {
    /// The view: `job`.
    name: String,
    /// The version: `3`, or `3.1`.
    version: String,
}

/// What came of it. Nothing is recorded: a view is made of the log, and this says nothing about that.
#[derive(Debug, SimpleObject)]
pub(crate) struct ViewPayload {
    /// The version that is being built, or serves.
    version: Option<String>,
    /// The view with all of its versions.
    view: Option<View>,
    /// Why it was not done, if it was not.
    user_errors: Vec<UserError>,
}

#[Object]
impl ViewMutation {
    /// Builds a view anew from the log, beside the version that serves; it takes that one's place once it is at the end of
    /// the log and compared with it. The one before is kept for a day.
    async fn view_rebuild(&self, context: &Context<'_>, input: ViewRebuildInput) -> Result<ViewPayload> {
        let session = session(context, Permission::ADMINISTER)?;
        tracing::info!(view = input.name, principal = %session.principal, "a view is to be built anew");
        match platform(context).views.find(&input.name) {
            Ok(view) => told(view, view.rebuild().await).await,
            Err(error) => Ok(refused(&error)),
        }
    }

    /// Answers from another version of a view that is there: at once from one of another program, which stays as it is;
    /// from one of this program as soon as it has what the one before showed. So back and forth, as long as it is kept.
    async fn view_use(&self, context: &Context<'_>, input: ViewUseInput) -> Result<ViewPayload> {
        let session = session(context, Permission::ADMINISTER)?;
        let ViewUseInput { name, version } = input;
        tracing::info!(view = name, version, principal = %session.principal, "another version of a view is to serve");
        match platform(context).views.find(&name) {
            Ok(view) => told(view, view.use_edition(&version).await).await,
            Err(error) => Ok(refused(&error)),
        }
    }
}

async fn told(view: &ViewHandle, done: Result<Edition, ChangeError>) -> Result<ViewPayload> {
    match done {
        Ok(edition) => {
            let report = view.report().await.map_err(|error| view_fault(&error))?;
            let (version, view) = (Some(edition.to_string()), Some(View::from(report)));
            Ok(ViewPayload { version, view, user_errors: Vec::new() })
        }
        Err(error) => Ok(refused(&error)),
    }
}

fn refused(error: &ChangeError) -> ViewPayload {
    let refused = UserError::new(error.code(), error.to_string(), Some(error.advice()));
    let refused = UserError { retryable: error.is_retryable(), ..refused };
    ViewPayload { version: None, view: None, user_errors: vec![refused] }
}
