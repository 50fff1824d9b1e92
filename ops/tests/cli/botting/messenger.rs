//! A server that speaks the bot API of Telegram, as its documentation says, and people who write to the bot.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinSet};

use crate::harness::within;

pub(super) const TOKEN: &str = "12345:AA-hunter2_token";
/// What takes its place once it is replaced.
pub(super) const NEW_TOKEN: &str = "12345:BB-hunter2_token";
/// How far beyond what was said last an offset still passes something.
const OFFSET_AHEAD_MAX: i64 = 100;

/// The server.
pub(super) struct Messenger {
    pub(super) address: SocketAddr,
    pub(super) held: Arc<Held>,
    serving: JoinSet<()>,
}

#[derive(Default)]
pub(super) struct Held {
    /// What people said, until it is confirmed by an offset.
    pub(super) updates: Mutex<Vec<Value>>,
    /// Messages as they are shown now: chat, number, text.
    pub(super) shown: Mutex<Vec<(i64, i64, String)>>,
    pub(super) edits: Mutex<usize>,
    pub(super) commands: Mutex<Value>,
    /// The next sends are refused with this pause, in seconds.
    pub(super) pause: Mutex<Option<u64>>,
    pub(super) last_update: Mutex<i64>,
    said: Notify,
    /// Whether it knows the bot by its new token alone.
    pub(super) is_replaced: Mutex<bool>,
    /// Whether it answers at once, whatever it is asked to wait.
    pub(super) is_hasty: Mutex<bool>,
    /// How often it was asked what was said, and how often without waiting for it.
    pub(super) polls: Mutex<usize>,
    pub(super) goodbyes: Mutex<usize>,
}

async fn answer(
    State(held): State<Arc<Held>>,
    Path((bot, method)): Path<(String, String)>,
    Json(wanted): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let token = if *held.is_replaced.lock().unwrap() { NEW_TOKEN } else { TOKEN };
    if bot != format!("bot{token}") {
        let refused = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
        return (StatusCode::UNAUTHORIZED, Json(refused));
    }
    let ok = |result: Value| (StatusCode::OK, Json(json!({ "ok": true, "result": result })));
    match method.as_str() {
        "getMe" => ok(json!({ "id": 12345, "is_bot": true, "username": "sample_bot" })),
        "setMyCommands" => {
            *held.commands.lock().unwrap() = wanted["commands"].clone();
            ok(json!(true))
        }
        "getUpdates" => {
            let offset = wanted["offset"].as_i64().unwrap();
            // One that lies far beyond passes nothing.
            if offset <= *held.last_update.lock().unwrap() + OFFSET_AHEAD_MAX {
                held.updates.lock().unwrap().retain(|update| update["update_id"].as_i64().unwrap() >= offset);
            }
            let mut wait = Duration::from_secs(wanted["timeout"].as_u64().unwrap());
            let count = if wait.is_zero() { &held.goodbyes } else { &held.polls };
            *count.lock().unwrap() += 1;
            if *held.is_hasty.lock().unwrap() {
                wait = Duration::ZERO;
            }
            let waiting = async {
                loop {
                    let said = held.said.notified();
                    let updates = held.updates.lock().unwrap().clone();
                    if !updates.is_empty() {
                        return updates;
                    }
                    said.await;
                }
            };
            ok(tokio::time::timeout(wait, waiting).await.unwrap_or_default().into())
        }
        "sendMessage" => {
            if let Some(seconds) = held.pause.lock().unwrap().take() {
                let refused = json!({ "ok": false, "error_code": 429, "description": "Too Many Requests",
                    "parameters": { "retry_after": seconds } });
                return (StatusCode::TOO_MANY_REQUESTS, Json(refused));
            }
            let mut shown = held.shown.lock().unwrap();
            let number = shown.len() as i64 + 1;
            let text = wanted["text"].as_str().unwrap().to_owned();
            shown.push((wanted["chat_id"].as_i64().unwrap(), number, text));
            ok(json!({ "message_id": number }))
        }
        "editMessageText" => {
            *held.edits.lock().unwrap() += 1;
            let number = wanted["message_id"].as_i64().unwrap();
            let mut shown = held.shown.lock().unwrap();
            let message = shown.iter_mut().find(|message| message.1 == number).unwrap();
            wanted["text"].as_str().unwrap().clone_into(&mut message.2);
            ok(json!({ "message_id": number }))
        }
        other => panic!("{other}"),
    }
}

impl Messenger {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, held) = (listener.local_addr().unwrap(), Arc::<Held>::default());
        let router = Router::new().route("/{bot}/{method}", post(answer)).with_state(Arc::clone(&held));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, held, serving }
    }

    /// Somebody says something to the bot, in a chat of his own.
    pub(super) fn say(&self, person: i64, text: &str) {
        self.say_in(person, person, "private", text);
    }

    pub(super) fn say_in(&self, person: i64, chat: i64, kind: &str, text: &str) {
        let update_id = {
            let mut last = self.held.last_update.lock().unwrap();
            *last += 1;
            *last
        };
        let update = json!({ "update_id": update_id, "message": { "message_id": update_id,
            "from": { "id": person, "is_bot": false, "first_name": "A" }, "chat": { "id": chat, "type": kind },
            "date": 0, "text": text } });
        self.held.updates.lock().unwrap().push(update);
        self.held.said.notify_waiters();
    }

    /// What is shown in a chat now.
    pub(super) fn shown(&self, chat: i64) -> Vec<String> {
        let shown = self.held.shown.lock().unwrap();
        shown.iter().filter(|message| message.0 == chat).map(|message| message.2.clone()).collect()
    }

    /// The newest message of a chat, once there are so many and it has this in it.
    pub(super) async fn told(&self, chat: i64, count: usize, words: &str) -> String {
        let waiting = async {
            loop {
                let shown = self.shown(chat);
                if let Some(last) = shown.last().filter(|last| shown.len() == count && last.contains(words)) {
                    return last.clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(90), waiting).await;
        told.unwrap_or_else(|_| panic!("{words:?} is not told in: {:?}", self.shown(chat)))
    }

    /// Once all that was said was heard.
    pub(super) async fn heard_all(&self) {
        within(async {
            while !self.held.updates.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
}

impl Drop for Messenger {
    fn drop(&mut self) {
        self.serving.abort_all();
    }
}
