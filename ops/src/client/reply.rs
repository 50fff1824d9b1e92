use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::error::Fault;

/// Why what was asked for was not done, in the platform's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UserError {
    /// A code of `docs/errors`.
    pub(crate) code: String,
    /// One sentence.
    pub(crate) message: String,
    /// What can be done next.
    pub(crate) advice: Option<String>,
    /// Whether the same may succeed a moment later.
    pub(crate) retryable: bool,
}

/// What came of a command.
#[derive(Debug, Clone)]
pub(crate) struct Outcome<T> {
    /// What the mutation answered.
    pub(crate) payload: T,
    /// Why it was not done, if it was not.
    pub(crate) user_errors: Vec<UserError>,
}

impl<T: DeserializeOwned> Outcome<T> {
    pub(super) fn try_from_payload(mut payload: Value) -> Result<Self, serde_json::Error> {
        let user_errors = payload.as_object_mut().and_then(|fields| fields.remove("userErrors"));
        let user_errors = user_errors.map(serde_json::from_value).transpose()?.unwrap_or_default();
        Ok(Self { payload: serde_json::from_value(payload)?, user_errors })
    }
}

impl<T> Outcome<T> {
    /// Whether it was refused for reasons that pass.
    pub(super) fn is_only_busy(&self) -> bool {
        !self.user_errors.is_empty() && self.user_errors.iter().all(|error| error.retryable)
    }
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    errors: Vec<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    code: Option<String>,
    #[serde(default)]
    retryable: bool,
}

/// The value of the one field that was asked for, or the fault; none if this is no answer of GraphQL.
pub(super) fn parse(body: &[u8]) -> Option<Result<Value, Fault>> {
    let reply: Reply = serde_json::from_slice(body).ok()?;
    if let Some(WireError { message, extensions }) = reply.errors.into_iter().next() {
        // Where the document itself was refused, this program and the server differ in age.
        let code = extensions.code.filter(|code| code != "BAD_QUERY");
        let code = code.unwrap_or_else(|| Fault::OTHER_SCHEMA.to_owned());
        return Some(Err(Fault { message, code, retryable: extensions.retryable }));
    }
    let mut values = reply.data?.into_iter();
    values.next().map(|(_, value)| Ok(value))
}
