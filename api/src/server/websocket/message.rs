//! The messages of `graphql-transport-ws`.

use async_graphql::{Extensions, Request, Response, ServerError, Variables};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::server::graphql::Extensions as Said;

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Value,
    },
    Ping {
        payload: Option<Value>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Operation,
    },
    Complete {
        id: String,
    },
}

/// What `subscribe` asks for. Unlike a request by HTTP it must have a query.
#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    query: String,
    #[serde(rename = "operationName")]
    name: Option<String>,
    #[serde(default)]
    variables: Option<Variables>,
    #[serde(default)]
    extensions: Said,
}

impl From<Operation> for Request {
    fn from(operation: Operation) -> Self {
        let mut request = Request::new(operation.query).variables(operation.variables.unwrap_or_default());
        request.operation_name = operation.name;
        request.extensions = Extensions(operation.extensions.unwrap_or_default());
        request
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Response,
    },
    /// The operation ended before it ran; no `complete` follows.
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl ServerMessage<'_> {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).expect("keys are strings and numbers are finite or null")
    }
}
