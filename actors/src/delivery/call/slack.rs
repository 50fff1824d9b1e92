//! Slack: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use mediary_schema::delivery::Message;
use serde_json::json;

use super::{Call, text};

/// Characters of one message, well within what is cut.
const CHARS_MAX: usize = 4_000;

pub(super) fn call(url: &str, message: &Message) -> Call {
    // The three letters that its markup is made of.
    let said = text(message, CHARS_MAX).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Call::json(url.to_owned(), &json!({ "text": said }))
}
