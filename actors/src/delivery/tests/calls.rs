//! The exact request of each service, as the documentation of its API asks for it.

use http::Method;
use mediary_schema::{
    DeliveryId, NotificationId, Timestamp,
    delivery::Message,
    notification::{Severity, Target},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::delivery::{
    actor::with_whole_link,
    call::{Call, call},
};

fn sent(address: &str) -> (Call, Value) {
    linked(address, "/playlist/playlist-1")
}

fn linked(address: &str, link: &str) -> (Call, Value) {
    let message = Message {
        notification_id: Some(NotificationId::from_uuid(Uuid::from_u128(1))),
        severity: Severity::Error,
        title: "<Talks> & more".to_owned(),
        body: Some("nobody answers".to_owned()),
        link: Some(link.to_owned()),
    };
    let target: Target = address.parse().unwrap();
    let now: Timestamp = "2026-11-27T20:00:00Z".parse().unwrap();
    let call = call(&target, DeliveryId::from_uuid(Uuid::from_u128(2)), &message, now).unwrap();
    let body = serde_json::from_slice(&call.body).unwrap();
    (call, body)
}

#[track_caller]
fn check(address: &str, method: &Method, url: &str, header: Option<(&str, &str)>, body: &Value) {
    let (call, found) = sent(address);
    assert_eq!((&call.method, call.url.as_str(), &found), (method, url, body));
    let value = |name: &str| {
        let found = call.headers.iter().find(|(known, _)| known.as_str() == name);
        found.map(|(_, value)| value.to_str().unwrap().to_owned())
    };
    assert_eq!(value("content-type").as_deref(), Some("application/json"));
    if let Some((name, expected)) = header {
        assert_eq!(value(name).as_deref(), Some(expected));
    }
}

// CH-11.
#[test]
fn each_service_is_asked_as_its_documentation_says() {
    let text = "<Talks> & more\nnobody answers";
    let post = Method::POST;
    check(
        "ntfys://tk_1@ntfy.sh/news",
        &post,
        "https://ntfy.sh/",
        Some(("authorization", "Bearer tk_1")),
        &json!({ "topic": "news", "title": "<Talks> & more", "message": "nobody answers", "priority": 4 }),
    );
    check(
        "ntfys://anna:pass@ntfy.sh/news",
        &post,
        "https://ntfy.sh/",
        Some(("authorization", "Basic YW5uYTpwYXNz")),
        &json!({ "topic": "news", "title": "<Talks> & more", "message": "nobody answers", "priority": 4 }),
    );
    check(
        "gotify://push.example:8080/Tok",
        &post,
        "http://push.example:8080/message",
        Some(("x-gotify-key", "Tok")),
        &json!({ "title": "<Talks> & more", "message": "nobody answers", "priority": 7 }),
    );
    check(
        "discord://12/AbC",
        &post,
        "https://discord.com/api/webhooks/12/AbC",
        None,
        &json!({ "content": text, "allowed_mentions": { "parse": [] } }),
    );
    check(
        "slack://T1/B1/xYz",
        &post,
        "https://hooks.slack.com/services/T1/B1/xYz",
        None,
        &json!({ "text": "&lt;Talks&gt; &amp; more\nnobody answers" }),
    );
    check(
        "tgram://12:Ab/-100",
        &post,
        "https://api.telegram.org/bot12:Ab/sendMessage",
        None,
        &json!({ "chat_id": "-100", "text": text, "disable_notification": false, "link_preview_options": { "is_disabled": true } }),
    );
    check(
        "matrixs://syt@m.example/!r:m.example",
        &Method::PUT,
        "https://m.example/_matrix/client/v3/rooms/%21r%3Am.example/send/m.room.message/delivery-00000000-0000-0000-0000-000000000002",
        Some(("authorization", "Bearer syt")),
        &json!({ "msgtype": "m.text", "body": text }),
    );
    let data = json!({ "deliveryId": "delivery-00000000-0000-0000-0000-000000000002",
        "notificationId": "notification-00000000-0000-0000-0000-000000000001", "severity": "error",
        "title": "<Talks> & more", "body": "nobody answers", "link": "/playlist/playlist-1" });
    check(
        "jsons://a.example/in?secret=key",
        &post,
        "https://a.example/in",
        Some(("webhook-timestamp", "1795809600")),
        &json!({ "type": "notification", "timestamp": "2026-11-27T20:00:00.000000Z", "data": data }),
    );
}

#[test]
fn a_path_becomes_a_whole_address_where_that_is_known() {
    let message = Message {
        notification_id: None,
        severity: Severity::Info,
        title: String::new(),
        body: None,
        link: Some("/file/file-1".to_owned()),
    };
    let whole = |public_url| with_whole_link(&message, public_url).link.unwrap();
    assert_eq!(whole(None), "/file/file-1");
    assert_eq!(whole(Some("https://m.example")), "https://m.example/file/file-1");
    assert_eq!(whole(Some("https://m.example/base/")), "https://m.example/base/file/file-1");
}

// CH-11: a tap leads to the thing, in the way that each service has for it; a path alone leads nowhere, and is said to programs only.
#[test]
fn each_service_has_the_link_in_its_own_way() {
    let link = "https://m.example/base/playlist/playlist-1";
    let body = |address: &str| linked(address, link).1;
    assert_eq!(body("ntfys://ntfy.sh/news")["click"], link);
    let extras = json!({ "client::notification": { "click": { "url": link } } });
    assert_eq!(body("gotify://push.example/Tok")["extras"], extras);
    let text = format!("<Talks> & more\nnobody answers\n{link}");
    assert_eq!(body("discord://12/AbC")["content"], *text);
    assert_eq!(body("tgram://12:Ab/-100")["text"], *text);
    let slack = format!("&lt;Talks&gt; &amp; more\nnobody answers\n<{link}|Open>");
    assert_eq!(body("slack://T1/B1/xYz")["text"], *slack);
    let matrix = body("matrixs://syt@m.example/!r:m.example");
    assert_eq!((&matrix["body"], &matrix["format"]), (&json!(text), &json!("org.matrix.custom.html")));
    let html = format!("&lt;Talks&gt; &amp; more<br>nobody answers<br><a href=\"{link}\">{link}</a>");
    assert_eq!(matrix["formatted_body"], *html);
    assert_eq!(body("jsons://a.example/in")["data"]["link"], link);
}

#[test]
fn what_is_too_long_for_a_service_is_cut() {
    let message = Message {
        notification_id: None,
        severity: Severity::Info,
        title: "é".repeat(3_000),
        body: None,
        link: Some("https://m.example/file/file-1".to_owned()),
    };
    let target: Target = "discord://12/AbC".parse().unwrap();
    let call =
        call(&target, DeliveryId::from_uuid(Uuid::nil()), &message, Timestamp::from_micros(0)).unwrap();
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    let content = body["content"].as_str().unwrap();
    assert_eq!(content.chars().count(), 2_000);
    assert!(content.ends_with("…\nhttps://m.example/file/file-1"), "the link stays whole");
}
