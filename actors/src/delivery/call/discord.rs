//! Discord: <https://discord.com/developers/docs/resources/webhook#execute-webhook>.

use mediary_schema::delivery::Message;
use serde_json::json;

use super::{Call, text_and_link};

/// Characters of one message.
const CHARS_MAX: usize = 2_000;

pub(super) fn call(url: &str, message: &Message) -> Call {
    // What a source calls its videos calls nobody.
    let body = json!({ "content": text_and_link(message, CHARS_MAX), "allowed_mentions": { "parse": [] } });
    Call::json(url.to_owned(), &body)
}
