use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether and how events are fanned out over NATS (PL-62).
#[derive(Clone, PartialEq, Eq, Default)]
pub enum NatsMode {
    /// A `nats-server` that is found is run as a child; without one nothing is fanned out.
    #[default]
    Auto,
    /// Nothing is fanned out.
    Off,
    /// A server of somebody else.
    Url(url::Url),
}

/// The answer to a text that is none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither `auto`, `off` nor an address such as nats://127.0.0.1:4222")]
pub struct UnknownNatsMode {
    text: String,
}

impl FromStr for NatsMode {
    type Err = UnknownNatsMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownNatsMode { text: text.to_owned() };
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            _ => {
                let url = url::Url::parse(text).map_err(|_| unknown())?;
                let is_nats = matches!(url.scheme(), "nats" | "tls" | "ws" | "wss") && url.has_host();
                if is_nats { Ok(Self::Url(url)) } else { Err(unknown()) }
            }
        }
    }
}

impl fmt::Display for NatsMode {
    /// Leaves out what may be secret in an address.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Off => formatter.write_str("off"),
            Self::Url(url) => {
                let host = url.host_str().unwrap_or_default();
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(formatter, "{}://{host}{port}", url.scheme())
            }
        }
    }
}

impl fmt::Debug for NatsMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for NatsMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NatsMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for NatsMode {
    fn schema_name() -> Cow<'static, str> {
        "NatsMode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "examples": ["auto", "off", "nats://127.0.0.1:4222"] })
    }
}
