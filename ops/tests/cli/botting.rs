//! The bot, the whole way: what people say to a messenger becomes jobs and files, and they are told.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

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

use crate::harness::{Served, run_reading, within};

const TOKEN: &str = "12345:AA-hunter2_token";

/// A server that speaks the bot API of Telegram, as its documentation says.
struct Messenger {
    address: SocketAddr,
    held: Arc<Held>,
    serving: JoinSet<()>,
}

#[derive(Default)]
struct Held {
    /// What people said, until it is confirmed by an offset.
    updates: Mutex<Vec<Value>>,
    /// Messages as they are shown now: chat, number, text.
    shown: Mutex<Vec<(i64, i64, String)>>,
    edits: Mutex<usize>,
    commands: Mutex<Value>,
    /// The next sends are refused with this pause, in seconds.
    pause: Mutex<Option<u64>>,
    last_update: Mutex<i64>,
    said: Notify,
}

async fn answer(
    State(held): State<Arc<Held>>,
    Path((bot, method)): Path<(String, String)>,
    Json(wanted): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if bot != format!("bot{TOKEN}") {
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
            held.updates.lock().unwrap().retain(|update| update["update_id"].as_i64().unwrap() >= offset);
            let wait = Duration::from_secs(wanted["timeout"].as_u64().unwrap());
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
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, held) = (listener.local_addr().unwrap(), Arc::<Held>::default());
        let router = Router::new().route("/{bot}/{method}", post(answer)).with_state(Arc::clone(&held));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, held, serving }
    }

    /// Somebody says something to the bot, in a chat of his own.
    fn say(&self, person: i64, text: &str) {
        self.say_in(person, person, "private", text);
    }

    fn say_in(&self, person: i64, chat: i64, kind: &str, text: &str) {
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
    fn shown(&self, chat: i64) -> Vec<String> {
        let shown = self.held.shown.lock().unwrap();
        shown.iter().filter(|message| message.0 == chat).map(|message| message.2.clone()).collect()
    }

    /// The newest message of a chat, once there are so many and it has this in it.
    async fn told(&self, chat: i64, count: usize, words: &str) -> String {
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
    async fn heard_all(&self) {
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

async fn with_bot(messenger: &Messenger, allow: &[&str], more: &[&str]) -> Served {
    let served = Served::start().await;
    let arguments = ["secret", "set", "telegram", "--stdin", "--format", "json"];
    run_reading(served.folder.path(), &arguments, &format!("{TOKEN}\n")).await.ends_with(0);
    let address = format!("http://{}", messenger.address);
    let set = ["bot", "set", "--token-secret", "telegram", "--api", &address, "--allow"];
    served.json(&[&set[..], allow, more].concat()).await;
    served
}

// OP-14, SE-15: a link becomes a job, a file and a summary; nobody but who is allowed is answered.
// invariant: B-1
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_sent_to_the_bot_is_kept_and_told_of() {
    let messenger = Messenger::start().await;
    let mut served = with_bot(&messenger, &["7"], &[]).await;
    // The commands are shown to whoever types.
    messenger.say(7, "/start");
    let help = messenger.told(7, 1, "/download").await;
    assert!(help.contains("/cancel") && help.contains("/status") && help.contains("/list"), "{help}");
    assert_eq!(messenger.held.commands.lock().unwrap().as_array().unwrap().len(), 6);

    // Strangers learn their number, once; groups hear nothing.
    for _ in 0..3 {
        messenger.say(8, &format!("/download {}", served.site.list_url("talks")));
    }
    messenger.say_in(7, -100, "group", "/help");
    messenger.heard_all().await;
    assert_eq!(messenger.shown(8).len(), 1);
    assert!(messenger.shown(8)[0].contains('8'), "{:?}", messenger.shown(8));
    assert_eq!(messenger.shown(-100), Vec::<String>::new());
    assert_eq!(served.json(&["playlist", "list"]).await, json!([]), "nothing was asked for");

    // Refusals have a code.
    messenger.say(7, "/download ftp://a.example/x");
    messenger.told(7, 2, "Send one link").await;
    messenger.say(7, "/download https://a.example/x 4000p");
    messenger.told(7, 3, "(UNKNOWN_QUALITY)").await;
    messenger.say(7, "/cancel job-00000000-0000-0000-0000-000000000001");
    messenger.told(7, 4, "(JOB_NOT_FOUND)").await;

    // The service wants a pause, and is heard.
    *messenger.held.pause.lock().unwrap() = Some(1);
    messenger.say(7, &format!("/download {}", served.site.list_url("talks")));
    let told = messenger.told(7, 5, "Done: 6 kept").await;
    let files = served.json(&["file", "list"]).await;
    let files = files.as_array().unwrap();
    assert_eq!(files.len(), 6);
    for file in files {
        assert!(told.contains(file["path"].as_str().unwrap()), "{told}");
    }
    assert!(*messenger.held.edits.lock().unwrap() >= 1, "one message is edited");
    // The jobs were asked for by the bot.
    let jobs = served.json(&["job", "list"]).await;
    let id = jobs[0]["id"].as_str().unwrap().to_owned();
    messenger.say(7, &format!("/status {id}"));
    messenger.told(7, 6, "succeeded").await;
    messenger.say(7, "/list");
    messenger.told(7, 7, "Kept last:").await;
    messenger.say(7, "/status");
    messenger.told(7, 8, "Nothing is under way").await;
    // A second time there is nothing to do, and that is said.
    messenger.say(7, &served.site.list_url("talks"));
    messenger.told(7, 9, "Nothing to do").await;
    messenger.heard_all().await;
    served.stop().await;
    let said = served.said().await;
    assert!(!said.contains("hunter2"), "the token is in no log: {said}");
}

// SE-15: a limit for each, and an end to all of it.
// invariant: B-1
#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_waits_and_a_bot_that_is_removed_is_silent() {
    let messenger = Messenger::start().await;
    let served = with_bot(&messenger, &["7", "9"], &["--per-minute", "2"]).await;
    for _ in 0..5 {
        messenger.say(7, "/help");
    }
    messenger.told(7, 3, "(RATE_LIMITED)").await;
    messenger.say(9, "/help");
    messenger.told(9, 1, "/download").await;
    messenger.heard_all().await;
    assert_eq!(messenger.shown(7).len(), 3);

    let shown = served.json(&["bot", "show"]).await;
    assert_eq!((&shown["allow"], &shown["perMinute"]), (&json!([7, 9]), &json!(2)), "{shown}");
    assert!(!shown.to_string().contains("hunter2"));
    served.run(&["bot", "remove", "--format", "json"]).await.ends_with(0);
    served.run(&["bot", "remove"]).await.ends_with(5).says(&["BOT_NOT_FOUND"]);
    assert_eq!(served.json(&["bot", "show"]).await, Value::Null);
    let address = format!("http://{}", messenger.address);
    let set = ["bot", "set", "--token-secret", "other", "--allow", "7", "--api", &address];
    served.run(&set).await.ends_with(3).says(&["BOT_NO_TOKEN"]);
}

// OP-14: whoever comes after a crash remembers nothing, and finds it in the log.
// invariant: B-3
#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_before_a_crash_is_shown_ended_and_told_on_after_it() {
    let messenger = Messenger::start().await;
    let mut served = with_bot(&messenger, &["7", "9"], &[]).await;
    served.run(&["lane", "pause", "library_disk"]).await.ends_with(0);
    messenger.say(7, &format!("/download {}", served.site.list_url("talks")));
    messenger.told(7, 1, "Under way: 1 of 7 done").await;
    served.kill().await;
    served.start_again().await;
    // It goes on by itself, in another message, and for nobody else.
    messenger.told(7, 2, "Under way: 1 of 7 done").await;
    messenger.say(7, "/status");
    let status = messenger.told(7, 3, "Under way: 1 of 7 done").await;
    messenger.say(9, "/status");
    messenger.told(9, 1, "Nothing is under way.").await;
    let job = status.lines().find_map(|line| line.strip_prefix("job-")).unwrap();
    let digits = &job[..23];
    // What somebody else asked for, he means by its whole id.
    messenger.say(9, &format!("/cancel {digits}"));
    messenger.told(9, 2, "(JOB_NOT_FOUND)").await;
    messenger.say(7, &format!("/cancel {digits}"));
    messenger.told(7, 4, "It is being ended.").await;
    // A bot that is set anew finds it, too.
    let address = format!("http://{}", messenger.address);
    let set = ["bot", "set", "--token-secret", "telegram", "--api", &address, "--allow", "7"];
    served.json(&[&set[..], &["--per-minute", "30"]].concat()).await;
    messenger.told(7, 5, "Under way: 2 of 7 done").await;
    served.run(&["lane", "resume", "library_disk"]).await.ends_with(0);
    messenger.told(7, 5, "Done: 5 kept, 1 given up").await;
    assert!(messenger.shown(7)[1].starts_with("Under way"), "{:?}", messenger.shown(7));
    served.stop().await;
}

// A message that was heard before a crash is heard again after it, and done once.
// invariant: B-2
#[tokio::test(flavor = "multi_thread")]
async fn what_is_heard_twice_is_done_once() {
    let messenger = Messenger::start().await;
    let mut served = with_bot(&messenger, &["7"], &[]).await;
    let list = served.site.list_url("talks");
    messenger.say(7, &format!("/download {list}"));
    messenger.told(7, 1, "").await;
    served.kill().await;
    // The service was not told that it was heard.
    messenger.held.updates.lock().unwrap().clear();
    *messenger.held.last_update.lock().unwrap() -= 1;
    messenger.say(7, &format!("/download {list}"));
    served.start_again().await;
    messenger.told(7, 2, "Done: 6 kept").await;
    let wished =
        served.json(&["log", "show", "--from", "1", "--types", "playlist.downloads_requested"]).await;
    let by_bot = wished.as_array().unwrap().iter().filter(|event| event["origin"] == "BOT").count();
    assert_eq!(by_bot, 1, "{wished}");
    served.stop().await;
}
