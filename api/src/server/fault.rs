//! Faults in the form of a GraphQL error: a sentence and a stable code, never an inner message.

use async_graphql::{ErrorExtensionValues, ServerError};

/// Makes a GraphQL error with a stable code, and says whether the same again may succeed.
pub(crate) fn fault(message: impl Into<String>, code: &'static str, is_retryable: bool) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("retryable", is_retryable);
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}
