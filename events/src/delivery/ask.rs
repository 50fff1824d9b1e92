//! What may be asked about deliveries: a form for each command.

use mediary_schema::{DeliveryId, Several, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Send them again.
    #[serde(rename = "delivery.retry")]
    Retry(Retry),
}

/// Sends again what failed, and what nobody knows of whether it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The deliveries.
    pub delivery_ids: Several<DeliveryId>,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("delivery.retry", Permission::NOTIFY, schema_of::<Retry>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Retry(_) => "delivery.retry",
        }
    }
}
