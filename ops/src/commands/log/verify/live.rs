//! The server proves its own log.

use mediary_log::Checkpoint;
use serde_json::json;

use super::verification::{Verification, hex};
use crate::{
    answers::log::verify,
    client::{Client, Document},
    commands::{
        arguments::Everywhere,
        connection::{self, Environment, url_of},
        failure::Failure,
    },
};

pub(crate) const VERIFY: Document<verify::Answer> = Document::repeatable(include_str!("../verify.graphql"));

/// Asks a server to prove its own log.
pub(crate) async fn verify_live(
    client: &Client,
    checkpoint: Option<Checkpoint>,
) -> Result<Verification, Failure> {
    let variables = match checkpoint {
        Some(Checkpoint { position, hash }) => json!({ "position": position, "hash": hex(&hash) }),
        None => json!({}),
    };
    Ok(client.ask(&VERIFY, variables).await?)
}

/// A client for the server that has the folder.
pub(crate) fn holder(
    flags: &Everywhere,
    environment: &Environment,
    listen: Option<&str>,
) -> Result<Client, Failure> {
    let mut flags = flags.clone();
    flags.server = flags.server.or_else(|| listen.and_then(url_of));
    flags.data = connection::data_folder(&flags, environment);
    connection::connect(&flags, environment)
}
