//! The bot, the whole way: what people say to a messenger becomes jobs and files, and they are told.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod messenger;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;

use self::messenger::{Messenger, NEW_TOKEN, TOKEN};
use crate::harness::{Served, eventually, run_reading};

async fn with_bot(messenger: &Messenger, allow: &[&str], more: &[&str]) -> Served {
    let served = Served::start().await;
    keep(&served, "telegram", TOKEN).await;
    set(&served, messenger, allow, more).await;
    served
}

async fn keep(served: &Served, name: &str, value: &str) {
    let arguments = ["secret", "set", name, "--stdin", "--format", "json"];
    run_reading(served.folder.path(), &arguments, &format!("{value}\n")).await.ends_with(0);
}

async fn set(served: &Served, messenger: &Messenger, allow: &[&str], more: &[&str]) {
    let address = format!("http://{}", messenger.address);
    let set = ["bot", "set", "--token-secret", "telegram", "--api", &address, "--allow"];
    served.json(&[&set[..], allow, more].concat()).await;
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

// Telegram counts from anywhere after a week in which nobody said anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_lower_number_than_the_last_is_answered_once() {
    let messenger = Messenger::start().await;
    *messenger.held.last_update.lock().unwrap() = 1_000;
    let _served = with_bot(&messenger, &["7"], &[]).await;
    for (last, told) in [(1_000, 1), (10, 2)] {
        *messenger.held.last_update.lock().unwrap() = last;
        messenger.say(7, "/help");
        messenger.heard_all().await;
        assert_eq!(messenger.shown(7).len(), told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_holds_no_question_open_is_not_asked_without_a_pause() {
    let messenger = Messenger::start().await;
    *messenger.held.is_hasty.lock().unwrap() = true;
    let _served = with_bot(&messenger, &["7"], &[]).await;
    let polls = || *messenger.held.polls.lock().unwrap();
    eventually("it is asked", || polls() > 0).await;
    let (before, began_at) = (polls(), Instant::now());
    eventually("it is asked again", || polls() >= before + 3).await;
    assert!(began_at.elapsed() >= Duration::from_secs(2), "{:?}", began_at.elapsed());
    messenger.say(7, "/help");
    messenger.told(7, 1, "/download").await;
}

// SE-10: what counts is what is in the vault now.
#[tokio::test(flavor = "multi_thread")]
async fn a_bot_goes_by_the_token_that_is_in_the_vault() {
    let (messenger, served) = (Messenger::start().await, Served::start().await);
    keep(&served, "telegram", TOKEN).await;
    // The vault can't be opened for a while.
    let give =
        |mode| fs::set_permissions(served.data().join("vault.key"), Permissions::from_mode(mode)).unwrap();
    give(0o644);
    set(&served, &messenger, &["7"], &[]).await;
    give(0o600);
    keep(&served, "other", "hunter2").await;
    messenger.say(7, "/help");
    messenger.told(7, 1, "/download").await;
    messenger.heard_all().await;
    // The token is replaced.
    *messenger.held.is_replaced.lock().unwrap() = true;
    keep(&served, "telegram", NEW_TOKEN).await;
    messenger.say(7, "/help");
    messenger.told(7, 2, "/download").await;
    messenger.heard_all().await;
    // Without one the bot hears nothing, until there is one again.
    let before = *messenger.held.goodbyes.lock().unwrap();
    served.run(&["secret", "delete", "telegram", "--yes", "--format", "json"]).await.ends_with(0);
    eventually("the bot leaves", || *messenger.held.goodbyes.lock().unwrap() > before).await;
    messenger.say(7, "/help");
    served.json(&["bot", "show"]).await;
    assert_eq!(messenger.shown(7).len(), 2);
    keep(&served, "telegram", NEW_TOKEN).await;
    messenger.told(7, 3, "/download").await;
}
