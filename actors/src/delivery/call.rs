//! A message as the request that its service takes, each by the public documentation of its API.

mod discord;
mod gotify;
mod matrix;
mod ntfy;
mod slack;
mod telegram;
mod webhook;

use http::{HeaderName, HeaderValue, Method, header};
use mediary_schema::{DeliveryId, Timestamp, delivery::Message, notification::Target};
use serde_json::Value;

/// A request that carries a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) method: Method,
    /// With what opens it.
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
}

impl Call {
    /// JSON, posted.
    fn json(url: String, body: &Value) -> Self {
        let headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Self { method: Method::POST, url, headers, body: body.to_string().into_bytes() }
    }

    /// With a header besides; one that no header can say is left out.
    fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.push((name, value));
        }
        self
    }
}

/// A message for a target at a moment; none if it is sent there by no request.
pub(super) fn call(target: &Target, id: DeliveryId, message: &Message, now: Timestamp) -> Option<Call> {
    Some(match target {
        Target::Webhook { url, secret } => webhook::call(url, secret.as_deref(), id, message, now),
        Target::Ntfy { server, topic, credential } => ntfy::call(server, topic, credential.as_ref(), message),
        Target::Gotify { server, token } => gotify::call(server, token, message),
        Target::Discord { url } => discord::call(url, message),
        Target::Slack { url } => slack::call(url, message),
        Target::Telegram { server, token, chat } => telegram::call(server, token, chat, message),
        Target::Matrix { server, token, room } => matrix::call(server, token, room, id, message),
        Target::Email(_) => return None,
    })
}

/// Where a message leads, if that is an address: a path alone leads nowhere from a phone.
pub(super) fn link(message: &Message) -> Option<&str> {
    message.link.as_deref().filter(|link| !link.starts_with('/'))
}

/// The same with the link in its last line, which stays whole.
fn text_and_link(message: &Message, chars_max: usize) -> String {
    match link(message) {
        Some(link) => {
            format!("{}\n{link}", text(message, chars_max.saturating_sub(link.chars().count() + 1)))
        }
        None => text(message, chars_max),
    }
}

/// Title and body as one text, of at most so many characters: services refuse what is longer.
fn text(message: &Message, chars_max: usize) -> String {
    let whole = match &message.body {
        Some(body) => format!("{}\n{body}", message.title),
        None => message.title.clone(),
    };
    if whole.chars().count() <= chars_max {
        return whole;
    }
    whole.chars().take(chars_max - 1).chain(['…']).collect()
}

/// A step of a path.
fn step(text: &str) -> String {
    let escaped: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    escaped.replace('+', "%20")
}
