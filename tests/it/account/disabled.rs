//! Whoever is disabled comes in by no door, until he is enabled again.

use std::time::Duration;

use mediary_tests::{Browser, Platform, Subscriber, events_of};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{OTHER, PASSWORD, add, code, set_up};

const DISABLE: &str =
    "mutation($id: ID!) { userDisable(input: { id: $id }) { user { name isDisabled } userErrors { code } } }";
const ENABLE: &str =
    "mutation($id: ID!) { userEnable(input: { id: $id }) { user { name isDisabled } userErrors { code } } }";
const WHO: &str = "{ viewer { role } }";

/// A token that was made.
fn made(told: &Value) -> String {
    told["tokenCreate"]["secret"].as_str().unwrap().to_owned()
}

/// Somebody who watches by a websocket, and sees what he watches.
async fn watching(browser: &Browser, platform: &Platform) -> Subscriber {
    let mut socket = Subscriber::of_browser(browser, platform.client.url()).await.unwrap();
    assert_eq!(socket.message().await.unwrap()["type"], json!("connection_ack"));
    socket.subscribe("1", "subscription { playlistChanges { position } }", json!({})).await;
    socket.item().await;
    socket
}

// invariant: G-16, E-9
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_comes_in_by_no_door_until_he_is_enabled() {
    const MAKE: &str = "mutation($name: String!, $role: Role!) {
        tokenCreate(input: { name: $name, role: $role }) { secret }
    }";
    const INVITE: &str =
        "mutation($id: ID!) { userInvite(input: { id: $id }) { secret userErrors { code } } }";
    let platform = Platform::start().await;
    let mut owner = set_up(&platform).await;
    let ben = add(&platform, "ben", json!({ "role": "OWNER" })).await;
    let mut phone = Browser::at(platform.client.url());
    assert_eq!(phone.sign_in("ben", PASSWORD).await.0, 200);
    let token = made(&phone.ask(MAKE, json!({ "name": "kitchen", "role": "EDITOR" })).await);
    let kitchen = platform.client.with_token(&token);
    assert_eq!(kitchen.ask(WHO, json!({})).await["viewer"]["role"], json!("EDITOR"));
    // Whoever has a token that may do it makes others with it, which are his as much.
    let desk =
        platform.client.with_token(&made(&phone.ask(MAKE, json!({ "name": "desk", "role": "OWNER" })).await));
    let garage = platform
        .client
        .with_token(&made(&desk.ask(MAKE, json!({ "name": "garage", "role": "EDITOR" })).await));
    let link = owner.ask(INVITE, json!({ "id": ben })).await["userInvite"]["secret"].take();
    let mut socket = watching(&phone, &platform).await;

    let since = Instant::now();
    let done = owner.ask(DISABLE, json!({ "id": ben })).await["userDisable"].take();
    assert_eq!(done, json!({ "user": { "name": "ben", "isDisabled": true }, "userErrors": [] }));
    assert_eq!(socket.rest().await.1, Some((4403, "Session ended".to_owned())));
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    assert_eq!(phone.ask_raw(WHO, json!({})).await.0, 401);
    for token in [&kitchen, &desk, &garage] {
        assert_eq!(code(&token.ask_raw(WHO, json!({})).await), "UNAUTHENTICATED");
    }
    let tokens = owner.ask("{ tokens { name isDisabled } }", json!({})).await["tokens"].take();
    assert!(
        tokens.as_array().unwrap().contains(&json!({ "name": "kitchen", "isDisabled": true })),
        "{tokens}"
    );
    let asked = json!({ "token": link, "password": OTHER });
    let (status, told) = Browser::at(platform.client.url()).post("/v1/setup", &asked).await;
    assert_eq!((status, code(&told)), (410, "SETUP_ENDED"));
    let refused = owner.ask(INVITE, json!({ "id": ben })).await["userInvite"].take();
    assert_eq!(refused["userErrors"][0]["code"], json!("USER_DISABLED"));

    // Nor after a start.
    let platform = platform.restart().await;
    assert_eq!(code(&platform.client.with_token(&token).ask_raw(WHO, json!({})).await), "UNAUTHENTICATED");
    let mut owner = Browser::at(platform.client.url());
    assert_eq!(owner.sign_in("anna", PASSWORD).await.0, 200);
    let done = owner.ask(ENABLE, json!({ "id": ben })).await["userEnable"].take();
    assert_eq!(done, json!({ "user": { "name": "ben", "isDisabled": false }, "userErrors": [] }));
    assert_eq!(phone_of(&platform).sign_in("ben", PASSWORD).await.0, 200, "by the password that he had");
    let kitchen = platform.client.with_token(&token);
    assert_eq!(kitchen.ask(WHO, json!({})).await["viewer"]["role"], json!("EDITOR"));
    // Removed while he is disabled, he leaves nothing open behind.
    owner.ask(DISABLE, json!({ "id": ben })).await;
    owner
        .ask("mutation($id: ID!) { userRemove(input: { id: $id }) { position } }", json!({ "id": ben }))
        .await;
    assert_eq!(code(&kitchen.ask_raw(WHO, json!({})).await), "UNAUTHENTICATED");
    let told = platform.client.events_after(0).await;
    assert_eq!(events_of(&told, "account.user_disabled").len(), 2);
    platform.stop().await;
}

fn phone_of(platform: &Platform) -> Browser {
    Browser::at(platform.client.url())
}

// SE-01: whether somebody is disabled is nobody's business who stands at the door.
// invariant: G-16, G-13
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_is_told_what_somebody_is_told_with_a_wrong_password() {
    let platform = Platform::start().await;
    let mut owner = set_up(&platform).await;
    let ben = add(&platform, "ben", json!({ "role": "EDITOR" })).await;
    owner.ask(DISABLE, json!({ "id": ben })).await;
    let mut told: Vec<(u16, Value)> = Vec::new();
    for (name, password) in [("ben", PASSWORD), ("ben", OTHER), ("nobody", PASSWORD)] {
        let since = Instant::now();
        told.push(phone_of(&platform).sign_in(name, password).await);
        assert!(since.elapsed() >= Duration::from_millis(500), "{name}: {:?}", since.elapsed());
    }
    assert_eq!(code(&told[0].1), "LOGIN_REFUSED");
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");

    let me = owner.ask("{ viewer { principalId } }", json!({})).await["viewer"]["principalId"].take();
    let refused =
        owner.ask(DISABLE, json!({ "id": me })).await["userDisable"]["userErrors"][0]["code"].take();
    assert_eq!(refused, json!("USER_IS_OWNER"));
    platform.stop().await;
}
