//! Telegram: <https://core.telegram.org/bots/api#sendmessage>.

use mediary_schema::{delivery::Message, notification::Severity};
use serde_json::json;

use super::{Call, text_and_link};

/// Characters of one message.
const CHARS_MAX: usize = 4_096;

pub(super) fn call(server: &str, token: &str, chat: &str, message: &Message) -> Call {
    let is_silent = message.severity == Severity::Info;
    // An address in the text leads there as it is. A button would be refused where Telegram takes the host for none: `localhost`.
    let body = json!({ "chat_id": chat, "text": text_and_link(message, CHARS_MAX), "disable_notification": is_silent,
        "link_preview_options": { "is_disabled": true } });
    Call::json(format!("{server}/bot{token}/sendMessage"), &body)
}
