use std::collections::HashMap;

use async_graphql::{ID, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use mediary_log::vault;
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    secret::{self as view, SecretRow, SecretView},
};
use mediary_schema::SecretId;

use crate::{loader::LookUp, scalar::DateTime};

/// A value that is kept and told to nobody: what it is called, not what it is.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Secret {
    /// `secret-<uuid>`.
    id: ID,
    /// What people call it.
    name: String,
    /// When its value was set last.
    set_at: DateTime,
}

impl From<SecretRow> for Secret {
    fn from(SecretRow { id, name, set_at }: SecretRow) -> Self {
        Self { id: ID(id.to_string()), name, set_at: DateTime(set_at) }
    }
}

/// A value on its way in.
#[derive(Debug, Clone)]
pub(crate) struct SecretValue(pub(crate) vault::Value);

/// A secret itself: a text, which is taken and never told. Send it as a variable, never in the text of a query.
#[Scalar(name = "SecretValue")]
impl ScalarType for SecretValue {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text.into())),
            // What was sent instead may be the secret, too: it is not told.
            _ => Err(InputValueError::custom("a secret is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }
}

/// A secret by its id.
pub(crate) struct SecretById;

impl LookUp for SecretById {
    type Key = SecretId;
    type Row = SecretRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<SecretView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[SecretId]) -> SqlResult<HashMap<SecretId, SecretRow>> {
        Ok(view::secrets_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
