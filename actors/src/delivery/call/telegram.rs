//! Telegram: <https://core.telegram.org/bots/api#sendmessage>.

use mediary_schema::{delivery::Message, notification::Severity};
use serde_json::json;

use super::{Call, text};

/// Characters of one message.
const CHARS_MAX: usize = 4_096;

pub(super) fn call(server: &str, token: &str, chat: &str, message: &Message) -> Call {
    let is_silent = message.severity == Severity::Info;
    let body =
        json!({ "chat_id": chat, "text": text(message, CHARS_MAX), "disable_notification": is_silent });
    Call::json(format!("{server}/bot{token}/sendMessage"), &body)
}
