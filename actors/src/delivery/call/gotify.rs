//! Gotify: `POST /message`, <https://gotify.net/api-docs>.

use http::HeaderName;
use mediary_schema::{delivery::Message, notification::Severity};
use serde_json::json;

use super::{Call, link};

pub(super) fn call(server: &str, token: &str, message: &Message) -> Call {
    let priority = match message.severity {
        Severity::Info => 2,
        Severity::Warning => 5,
        Severity::Error => 7,
        Severity::Urgent => 10,
    };
    let said = message.body.as_ref().unwrap_or(&message.title);
    let mut body = json!({ "title": message.title, "message": said, "priority": priority });
    // <https://gotify.net/docs/msgextras>
    if let Some(link) = link(message) {
        body["extras"] = json!({ "client::notification": { "click": { "url": link } } });
    }
    Call::json(format!("{server}/message"), &body).with(HeaderName::from_static("x-gotify-key"), token)
}
