use std::sync::Arc;

use async_graphql::{
    InputType, InputValueError, Pos, Request, Response, ServerError, ServerResult,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest},
    parser::types::OperationType,
};

use super::{
    AsOfInput, Ending,
    moment::{Told, unreadable},
};
use crate::{error::fault, scalar::Position, server::operation::kind_of};

/// Where a request says it for all of its fields, and an answer says what it is of.
pub(super) const AS_OF: &str = "asOf";

/// What one request says of the past.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// What is meant where a field says nothing.
    pub(super) otherwise: Option<AsOfInput>,
    /// What the answer says.
    pub(super) told: Arc<Told>,
}

/// Reads of each request as of when it asks, and says with each answer as of when it is.
pub(crate) struct Moments;

impl ExtensionFactory for Moments {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Moments {
    async fn prepare_request(
        &self,
        context: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(context, request).await?;
        let ending = context.data_opt::<Ending>();
        let otherwise = match request.extensions.remove(AS_OF) {
            Some(value) => Some(parse(value)?),
            None => ending.map(|ending| AsOfInput::Position(Position(ending.position))),
        };
        if otherwise.is_some() {
            let name = request.operation_name.clone();
            let kind = kind_of(request.parsed_query()?, name.as_deref());
            // Which one is meant where that is not known, the executor says.
            if kind.is_some_and(|kind| kind != OperationType::Query) {
                return Err(refusal(read_only(ending)));
            }
        }
        Ok(request.data(Asked { otherwise, told: Arc::default() }))
    }

    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let answer = next.run(context, operation_name).await;
        let said = context.data_opt::<Asked>().and_then(|asked| asked.told.value());
        match said.or_else(|| context.data_opt::<Ending>().map(|ending| ending.value())) {
            Some(said) => answer.extension(AS_OF, said),
            None => answer,
        }
    }
}

/// The refusal of whatever does something, or waits for what is done.
fn read_only(ending: Option<&Ending>) -> async_graphql::Error {
    match ending {
        None => fault(
            "the past is read, and nothing else: `asOf` goes with a query alone",
            "AS_OF_READ_ONLY",
            false,
        ),
        Some(Ending { position, .. }) => {
            let message = format!("this is a replay as of position {position}: it is read, and nothing else");
            fault(&message, "REPLAY_READ_ONLY", false)
        }
    }
}

fn parse(value: async_graphql::Value) -> ServerResult<AsOfInput> {
    AsOfInput::parse(Some(value)).map_err(|error: InputValueError<AsOfInput>| {
        let error = error.into_server_error(Pos::default());
        refusal(unreadable(&error.message))
    })
}

fn refusal(error: async_graphql::Error) -> ServerError {
    error.into_server_error(Pos::default())
}
