//! The bot API of Telegram, as far as a bot needs it: <https://core.telegram.org/bots/api>.

use std::time::Duration;

use http::{HeaderValue, Method, header};
use mediary_log::vault::Value as Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::net::{Error, Net, Request};

/// A bot, with what opens it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Telegram {
    net: Net,
    /// With the token in it.
    base: String,
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Telegram")
    }
}

/// Something that was said to the bot.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Update {
    pub(super) update_id: i64,
    pub(super) message: Option<Said>,
}

/// A message.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Said {
    pub(super) from: Option<Person>,
    pub(super) chat: Chat,
    pub(super) text: Option<String>,
}

/// Who said it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Person {
    pub(super) id: u64,
}

/// Where it was said.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// Why there is no answer. It has no address in it, and so no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    /// The service wants a pause.
    #[error("the service wants a pause of {} s", after.as_secs())]
    Pause {
        /// How long.
        after: Duration,
    },
    /// The service refuses.
    #[error("the service answers {code}")]
    Refused {
        /// The status.
        code: u16,
    },
    /// Nobody answers.
    #[error(transparent)]
    Net(#[from] Error),
    /// It is none that was asked for.
    #[error("the answer of the service can't be read")]
    Unreadable,
}

impl Silence {
    /// Whether asking again comes to the same.
    pub(super) const fn is_final(&self) -> bool {
        // A pause that is wanted without a word of how long is no end.
        matches!(self, Self::Refused { code: 400..=428 | 430..=499 })
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// The server, unless another one is said.
const SERVER: &str = "https://api.telegram.org";
/// How long the service holds a question open until somebody says something.
const HOLDS: Duration = Duration::from_secs(15);
/// How long a whole answer takes at most, besides: one that trickles would keep everybody waiting.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The longest answer that is taken in: a hundred messages of 4,096 characters with all that stands around them.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Messages that are heard at once.
const UPDATES_MAX: u32 = 50;
/// Characters of one message.
pub(super) const CHARS_MAX: usize = 4_096;
/// The longest pause that is believed.
const PAUSE_MAX: Duration = Duration::from_hours(1);

impl Telegram {
    /// A bot; none if its token is none.
    pub(super) fn try_new(net: Net, server: Option<&str>, token: &Secret) -> Option<Self> {
        let token = std::str::from_utf8(token.reveal()).ok()?.trim();
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || ":_-".contains(letter);
        let is_token = token.contains(':') && token.len() <= 256 && token.chars().all(is_letter);
        let server = server.unwrap_or(SERVER).trim_end_matches('/');
        is_token.then(|| Self { net, base: format!("{server}/bot{token}") })
    }

    /// What the bot is called; says whether the token opens one.
    pub(super) async fn get_me(&self) -> Result<String, Silence> {
        let me = self.call("getMe", &json!({})).await?;
        Ok(me["username"].as_str().unwrap_or_default().to_owned())
    }

    /// Has commands shown to whoever types.
    pub(super) async fn set_my_commands(&self, commands: &[(&str, &str)]) -> Result<(), Silence> {
        let commands = commands.iter();
        let commands: Vec<Value> =
            commands.map(|(command, about)| json!({ "command": command, "description": about })).collect();
        self.call("setMyCommands", &json!({ "commands": commands })).await.map(drop)
    }

    /// What was said since; waits for it unless that is not wanted. What came before `offset` is never told again.
    pub(super) async fn get_updates(&self, offset: i64, waits: bool) -> Result<Vec<Update>, Silence> {
        let held = if waits { HOLDS } else { Duration::ZERO };
        let wanted = json!({ "offset": offset, "timeout": held.as_secs(),
            "limit": if waits { UPDATES_MAX } else { 1 }, "allowed_updates": ["message"] });
        let told = self.call_held("getUpdates", &wanted, held).await?;
        let told: Vec<Value> = serde_json::from_value(told).map_err(|_| Silence::Unreadable)?;
        // One that can't be read is passed, or it would be told for ever.
        let read = |update: Value| {
            let update_id = update["update_id"].as_i64()?;
            Some(serde_json::from_value(update).unwrap_or(Update { update_id, message: None }))
        };
        Ok(told.into_iter().filter_map(read).collect())
    }

    /// Says something; answers by which number it is edited.
    pub(super) async fn send_message(&self, chat: i64, text: &str) -> Result<i64, Silence> {
        let sent = self.call("sendMessage", &message(chat, text)).await?;
        sent["message_id"].as_i64().ok_or(Silence::Unreadable)
    }

    /// Says something in place of what was said.
    pub(super) async fn edit_message_text(&self, chat: i64, id: i64, text: &str) -> Result<(), Silence> {
        let mut wanted = message(chat, text);
        wanted["message_id"] = id.into();
        self.call("editMessageText", &wanted).await.map(drop)
    }

    async fn call(&self, method: &str, wanted: &Value) -> Result<Value, Silence> {
        self.call_held(method, wanted, Duration::ZERO).await
    }

    /// Asks something that the service may hold open for so long.
    async fn call_held(&self, method: &str, wanted: &Value, held: Duration) -> Result<Value, Silence> {
        let url = format!("{}/{method}", self.base);
        let json = HeaderValue::from_static("application/json");
        let request = Request::with_body(Method::POST, &url, wanted.to_string());
        let request = request.header(header::CONTENT_TYPE, json);
        let net = self.net.held_open(held);
        let answering = async {
            let answer = net.once(request).await?;
            let code = answer.status.as_u16();
            Ok::<_, Error>((code, answer.body.whole(ANSWER_BYTES_MAX).await?))
        };
        let answered = timeout(ANSWERS_WITHIN + held, answering).await.map_err(|_| Error::TimedOut)?;
        let (code, bytes) = answered?;
        let Ok(answer) = serde_json::from_slice::<Answer>(&bytes) else {
            return Err(if code == 200 { Silence::Unreadable } else { Silence::Refused { code } });
        };
        match (answer.ok, answer.parameters.retry_after) {
            (true, _) => Ok(answer.result),
            (false, Some(seconds)) => {
                Err(Silence::Pause { after: Duration::from_secs(seconds).min(PAUSE_MAX) })
            }
            (false, None) => Err(Silence::Refused { code }),
        }
    }
}

/// Text as it is: what stands in it is no markup, and its links are not looked up.
fn message(chat: i64, text: &str) -> Value {
    let text: String = text.chars().take(CHARS_MAX).collect();
    json!({ "chat_id": chat, "text": text, "link_preview_options": { "is_disabled": true } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_for_good_is_not_asked_again() {
        let is_final = |code| Silence::Refused { code }.is_final();
        assert_eq!([400, 403, 404].map(is_final), [true; 3]);
        assert_eq!([429, 500, 502].map(is_final), [false; 3]);
        assert!(!Silence::Unreadable.is_final() && !Silence::Pause { after: PAUSE_MAX }.is_final());
    }
}
