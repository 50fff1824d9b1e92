//! ntfy: <https://docs.ntfy.sh/publish/#publish-as-json>.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::header;
use mediary_schema::{
    delivery::Message,
    notification::{Credential, Severity},
};
use serde_json::json;

use super::{Call, link, text};

pub(super) fn call(server: &str, topic: &str, credential: Option<&Credential>, message: &Message) -> Call {
    let priority = match message.severity {
        Severity::Info => 2,
        Severity::Warning => 3,
        Severity::Error => 4,
        Severity::Urgent => 5,
    };
    // Without a body the title is the message: ntfy says "triggered" where there is none.
    let mut body = match &message.body {
        Some(body) => {
            json!({ "topic": topic, "title": message.title, "message": body, "priority": priority })
        }
        None => json!({ "topic": topic, "message": text(message, 4_000), "priority": priority }),
    };
    if let Some(link) = link(message) {
        body["click"] = link.into();
    }
    let call = Call::json(format!("{server}/"), &body);
    match credential {
        Some(Credential::Basic { user, password }) => {
            let encoded = STANDARD.encode(format!("{user}:{password}"));
            call.with(header::AUTHORIZATION, &format!("Basic {encoded}"))
        }
        Some(Credential::Bearer { token }) => call.with(header::AUTHORIZATION, &format!("Bearer {token}")),
        None => call,
    }
}
