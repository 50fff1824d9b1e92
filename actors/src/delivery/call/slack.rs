//! Slack: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.

use mediary_schema::delivery::Message;
use serde_json::json;

use super::{Call, link, text};

/// Characters of one message, well within what is cut.
const CHARS_MAX: usize = 4_000;

pub(super) fn call(url: &str, message: &Message) -> Call {
    // The three letters that its markup is made of.
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let said = escaped(&text(message, CHARS_MAX));
    let said = match link(message) {
        // What ends an address in its markup can't stand in one.
        Some(link) => format!("{said}\n<{}|Open>", escaped(link).replace('|', "%7C")),
        None => said,
    };
    Call::json(url.to_owned(), &json!({ "text": said }))
}
