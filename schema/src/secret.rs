//! Values of the kernel part `secret`: what the platform keeps for others and tells nobody (SE-10).

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    account::{Permission, Role},
    id::ids,
};

ids! {
    /// A value that is kept and told to nobody: derived from the project and the name.
    SecretId = "secret";
    /// A key by which what belongs to one subject is sealed: derived from the command that first needed it.
    DataKeyId = "data_key";
    /// A value as it lies in the vault: derived from the command that put it there.
    SealedId = "sealed";
    /// What data keys are wrapped by: derived from the key itself, from which nobody finds back to it.
    MasterKeyId = "master_key";
}

impl SecretId {
    /// What happened to the vault as a whole has a stream of its own.
    pub const VAULT: Self = Self::from_uuid(uuid::Uuid::from_u128(0x7661_756c_7400_8000_8000_0000_0000_0000));
}

impl Permission {
    /// Keep secrets, which nobody reads back.
    pub const SECRET: Self = Self::within_project("secret", Role::Owner, "to keep secrets");
}

/// A value that is never shown, stored or fingerprinted: it prints as `***` and serialises as nothing.
///
/// In a command it is a field that NATS doesn't carry and that no plan, schedule or rule can hold.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: impl Into<T>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for Secret<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Secret_of_{}", T::schema_name()).into()
    }

    /// The value's own schema, marked as one that is only ever taken.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert("writeOnly".to_owned(), true.into());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_and_never_told() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret.reveal(), "hunter2");
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "null");
    }

    #[test]
    fn its_schema_says_that_it_is_only_taken() {
        let schema = schemars::schema_for!(Secret).to_value();
        assert_eq!(schema["writeOnly"], true);
        assert_eq!(schema["type"], "string");
    }
}
