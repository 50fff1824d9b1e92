//! A stable code for what the executor itself refuses.

use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, Response, ServerError, Value,
    async_trait::async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest, NextSubscribe},
};
use futures::{StreamExt as _, stream::BoxStream};

/// Gives every error a code.
pub(super) struct Codes;

impl ExtensionFactory for Codes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Codes {
    async fn request(&self, context: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        coded(next.run(context).await)
    }

    fn subscribe<'s>(
        &self,
        context: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        next.run(context, stream).map(coded).boxed()
    }
}

fn coded(mut response: Response) -> Response {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        if extensions.get("code").is_none() {
            let code = code(&error.message, !error.path.is_empty());
            let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
            extensions.set("code", code);
            extensions.set("retryable", Value::Boolean(false));
        }
    }
    response
}

/// The executor tells its limits apart by its texts alone; a test notices when one changes.
fn code(message: &str, is_of_a_field: bool) -> &'static str {
    if message.starts_with("Query is too complex") {
        "TOO_COMPLEX"
    } else if message.starts_with("Query is nested too deep") || message.contains("recursion depth") {
        "TOO_DEEP"
    } else if message.contains("number of directives") {
        "TOO_LARGE"
    } else if is_of_a_field || message.starts_with("Variable") || message.starts_with("Invalid value") {
        // Resolvers give their own errors a code; what is left is an argument that is none.
        "BAD_ARGUMENT"
    } else {
        "BAD_QUERY"
    }
}

/// Whether an operation was refused before it ran: it has no data, and no error is a resolver's.
pub(in crate::server) fn is_refused(response: &Response) -> bool {
    let is_before = |error: &ServerError| error.path.is_empty();
    response.is_err() && response.data == Value::Null && response.errors.iter().all(is_before)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn what_is_not_told_apart_is_a_bad_query() {
        for (message, is_of_a_field, expected) in [
            ("Query is too complex.", false, "TOO_COMPLEX"),
            ("Query is nested too deep.", false, "TOO_DEEP"),
            ("The recursion depth of the query cannot be greater than `32`", false, "TOO_DEEP"),
            ("The number of directives on the field `a` cannot be greater than `8`", false, "TOO_LARGE"),
            ("Unknown field \"a\" on type \"Query\".", false, "BAD_QUERY"),
            ("Failed to parse \"Int\": Invalid number", true, "BAD_ARGUMENT"),
        ] {
            assert_eq!(code(message, is_of_a_field), expected, "{message}");
        }
    }
}
