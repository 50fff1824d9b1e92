//! One operation as a stream that tells its own end.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{
    Data, Executor, Request, Response, ServerError,
    parser::types::{ExecutableDocument, OperationType, Selection},
};
use futures::{
    FutureExt, StreamExt,
    future::ready,
    stream::{self, BoxStream},
};

use crate::server::{fault::fault, operation::named};

/// What an operation yields; the last is always `None`, so that its end is seen among many.
pub(super) type Output = Option<Response>;

/// Runs one operation, or says why it is not run.
pub(super) fn run<E: Executor>(
    executor: &E,
    mut request: Request,
    data: Arc<Data>,
    timeout: Duration,
) -> Result<BoxStream<'static, Output>, ServerError> {
    let name = request.operation_name.clone();
    let kind = check(request.parsed_query()?, name.as_deref())?;
    let stream = executor.execute_stream(request, Some(data));
    let stream = match kind {
        OperationType::Subscription => stream,
        OperationType::Query | OperationType::Mutation => within(timeout, stream),
    };
    // A resolver that panics ends its own operation, not its neighbours on the socket.
    let caught = AssertUnwindSafe(stream).catch_unwind().map(|item| {
        item.unwrap_or_else(|_| Response::from_errors(vec![fault("internal error", "INTERNAL", false)]))
    });
    Ok(caught.map(Some).chain(stream::once(ready(None))).boxed())
}

/// The only response of a query or mutation, or an error when it takes too long.
fn within(timeout: Duration, mut stream: BoxStream<'static, Response>) -> BoxStream<'static, Response> {
    async move {
        match tokio::time::timeout(timeout, stream.next()).await {
            Ok(response) => response,
            Err(_) => Some(Response::from_errors(vec![fault(
                "the operation took too long",
                "DEADLINE_EXCEEDED",
                true,
            )])),
        }
    }
    .map(stream::iter)
    .flatten_stream()
    .boxed()
}

/// The kind of the operation that would run; refuses a subscription to anything but one field.
fn check(document: &ExecutableDocument, name: Option<&str>) -> Result<OperationType, ServerError> {
    let Some(operation) = named(document, name) else {
        // The executor says it better: which name is unknown, or that one is needed.
        return Ok(OperationType::Query);
    };
    let is_one_field = match operation.selection_set.node.items.as_slice() {
        [only] => matches!(only.node, Selection::Field(_)),
        _ => false,
    };
    if operation.ty == OperationType::Subscription && !is_one_field {
        // The executor would run several fields as one merged stream and fragments not at all.
        return Err(fault(
            "a subscription must select exactly one field, not in a fragment",
            "ONE_ROOT_FIELD",
            false,
        ));
    }
    Ok(operation.ty)
}
