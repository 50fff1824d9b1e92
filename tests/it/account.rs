//! People sign in: by a link once, by a name and a password afterwards, and out again everywhere at once.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod allowed;
mod disabled;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use mediary_tests::{Browser, Platform, Subscriber, events_of, files_having};
use serde_json::{Value, json};
use tokio::time::Instant;

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "incorrect zebra accumulator";

/// What the link of an invitation holds; of the owner's, if nobody is named.
async fn invite(platform: &Platform, user: Option<&str>) -> String {
    const INVITE: &str =
        "mutation($id: ID) { userInvite(input: { id: $id }) { secret path userErrors { code } } }";
    let made = platform.client.ask(INVITE, json!({ "id": user })).await["userInvite"].take();
    assert_eq!(made["userErrors"], json!([]));
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(made["path"], json!(format!("#token={secret}")));
    secret.to_owned()
}

/// A browser in which the owner is signed in, whose account it set up.
async fn set_up(platform: &Platform) -> Browser {
    let mut browser = Browser::at(platform.client.url());
    let token = invite(platform, None).await;
    let asked = json!({ "token": token, "name": "anna", "password": PASSWORD });
    let (status, told) = browser.post("/v1/setup", &asked).await;
    assert_eq!(status, 200, "{told}");
    browser
}

/// A user with a password; his id.
async fn add(platform: &Platform, name: &str, input: Value) -> String {
    const ADD: &str =
        "mutation($input: UserAddInput!) { userAdd(input: $input) { user { id } userErrors { code } } }";
    const SET: &str = "mutation($input: UserPasswordSetInput!) { userPasswordSet(input: $input) {
        user { hasPassword } userErrors { code message } } }";
    let mut input = input;
    input["name"] = json!(name);
    let added = platform.client.ask(ADD, json!({ "input": input })).await["userAdd"].take();
    let id = added["user"]["id"].as_str().unwrap().to_owned();
    let input = json!({ "id": id, "password": PASSWORD });
    let set = platform.client.ask(SET, json!({ "input": input })).await["userPasswordSet"].take();
    assert_eq!(set, json!({ "user": { "hasPassword": true }, "userErrors": [] }));
    id
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

// Must hold 7 of issue 9; SE-01.
// invariant: G-11
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_comes_in_by_a_link_that_opens_once() {
    let platform = Platform::start().await;
    let mut browser = Browser::at(platform.client.url());
    assert_eq!(
        browser.get("/v1/session").await.1,
        json!({ "viewer": null, "isSetUp": false, "capabilities": ["LOCAL_FILES"] })
    );
    let (token, spare) = (invite(&platform, None).await, invite(&platform, None).await);
    let look = |token: &str| json!({ "token": token });
    let (_, told) = browser.post("/v1/setup/look", &look(&token)).await;
    assert_eq!(
        (&told["state"], &told["name"], &told["isOwner"]),
        (&json!("OPEN"), &Value::Null, &json!(true))
    );

    let asked =
        |name: Option<&str>, password: &str| json!({ "token": token, "name": name, "password": password });
    let (status, refused) = browser.post("/v1/setup", &asked(Some("anna"), "short")).await;
    assert_eq!((status, code(&refused)), (422, "PASSWORD_TOO_SHORT"));
    let (status, refused) = browser.post("/v1/setup", &asked(Some("two words"), PASSWORD)).await;
    assert_eq!((status, code(&refused)), (422, "USER_BAD_NAME"));
    let (status, told) = browser.post("/v1/setup", &asked(Some("anna"), PASSWORD)).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["viewer"]["name"], &told["viewer"]["role"]), (&json!("anna"), &json!("OWNER")));
    assert_eq!(told["isSetUp"], json!(true));
    let viewer =
        browser.ask("{ viewer { name role permissions sessionId } }", json!({})).await["viewer"].take();
    assert_eq!((&viewer["name"], &viewer["role"]), (&json!("anna"), &json!("OWNER")));
    assert_eq!(viewer["sessionId"], told["viewer"]["session"]["id"]);
    assert_eq!(viewer["permissions"], told["viewer"]["permissions"]);

    // Neither that link nor the one that lay around opens anything now, and each says so in words.
    for used in [&token, &spare] {
        let (_, told) = browser.post("/v1/setup/look", &look(used)).await;
        assert_eq!(told["state"], json!("USED"), "{told}");
        assert!(told["message"].as_str().unwrap().contains("was used"), "{told}");
        let asked = json!({ "token": used, "password": OTHER });
        let (status, refused) = browser.post("/v1/setup", &asked).await;
        assert_eq!((status, code(&refused)), (410, "SETUP_USED"));
    }
    let (_, told) = browser.post("/v1/setup/look", &look("mdy_nonsense")).await;
    assert_eq!(told["state"], json!("UNKNOWN"));
    // It opens the page, and nothing else.
    let fresh = invite(&platform, None).await;
    let answer = platform.client.with_token(&fresh).ask_raw("{ viewer { role } }", json!({})).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
    platform.stop().await;
}

// SE-01, SE-02: what is kept of a password is sealed, and nobody is told it.
// invariant: S-1
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_written_nowhere() {
    let platform = Platform::start().await;
    let browser = set_up(&platform).await;
    add(&platform, "ben", json!({ "role": "EDITOR" })).await;
    let cookie = browser.cookie().unwrap().to_owned();
    let secret = cookie.split_once('=').unwrap().1;
    let before = platform.client.events_after(0).await;
    let told = json!(before).to_string();
    for secret in [PASSWORD, secret, "$argon2id$"] {
        assert!(!told.contains(secret), "in an event");
    }
    let platform = platform.restart().await;
    for secret in [PASSWORD, secret, "$argon2id$"] {
        assert_eq!(files_having(platform.data(), secret), Vec::<PathBuf>::new(), "in a file");
    }
    // The password still counts.
    let mut again = Browser::at(platform.client.url());
    assert_eq!(again.sign_in("BEN", PASSWORD).await.0, 200, "however the name is spelt");
    assert_eq!(again.get("/v1/session").await.1["viewer"]["name"], json!("ben"));
    platform.stop().await;
}

// SE-01: equal time for unknown users, and words that name neither.
// invariant: G-13
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_is_not_told_why() {
    let platform = Platform::start().await;
    set_up(&platform).await;
    let before = platform.server.log().head().position;
    let mut said: BTreeMap<&str, Vec<(u16, Value, Duration)>> = BTreeMap::new();
    for _ in 0..4 {
        for name in ["anna", "nobody"] {
            let mut browser = Browser::at(platform.client.url());
            let since = Instant::now();
            let (status, told) = browser.sign_in(name, OTHER).await;
            said.entry(name).or_default().push((status, told, since.elapsed()));
        }
    }
    let (known, unknown) = (&said["anna"], &said["nobody"]);
    for (one, other) in known.iter().zip(unknown) {
        assert_eq!((one.0, &one.1), (401, &other.1), "word for word");
        assert_eq!(code(&one.1), "LOGIN_REFUSED");
    }
    // A tenth of what a hashing takes is lost in what answers wait for.
    let median = |of: &[(u16, Value, Duration)]| {
        let mut took: Vec<_> = of.iter().map(|(_, _, took)| *took).collect();
        took.sort();
        took[took.len() / 2]
    };
    let (known, unknown) = (median(known), median(unknown));
    assert!(
        known >= Duration::from_millis(500) && unknown >= Duration::from_millis(500),
        "{known:?} {unknown:?}"
    );
    assert!(known.abs_diff(unknown) < Duration::from_millis(100), "{known:?} {unknown:?}");

    // SE-09: that it was tried is recorded, and not what was typed.
    let recorded = platform.client.events_after(before).await;
    let refused = events_of(&recorded, "account.sign_in_refused");
    assert_eq!(refused.len(), 8, "{recorded:?}");
    assert!(!json!(recorded).to_string().contains("nobody"), "{recorded:?}");
    platform.stop().await;
}

// SE-06: login attempts are limited, by name from wherever.
// invariant: G-13
#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_has_to_wait() {
    let platform = Platform::start().await;
    set_up(&platform).await;
    let guess = || async {
        let mut browser = Browser::at(platform.client.url());
        browser.sign_in("anna", OTHER).await
    };
    let tried = futures::future::join_all((0..12).map(|_| guess())).await;
    let limited: Vec<_> = tried.iter().filter(|(status, _)| *status == 429).collect();
    assert_eq!(limited.len(), 2, "ten of them were tried: {tried:?}");
    assert_eq!(code(&limited[0].1), "TOO_MANY_ATTEMPTS");
    assert!(limited[0].1["errors"][0]["extensions"]["retryAfterSeconds"].as_u64().unwrap() <= 31);
    let mut browser = Browser::at(platform.client.url());
    assert_eq!(
        browser.sign_in("anna", PASSWORD).await.0,
        429,
        "the right one waits, too: else it could be told"
    );
    platform.stop().await;
}

// SE-03.
// invariant: G-12
#[tokio::test(flavor = "multi_thread")]
async fn another_page_does_nothing_by_the_cookie() {
    const ASK: &str = "mutation { limitsSet(input: { total: 3 }) { userErrors { code } } }";
    let platform = Platform::start().await;
    let mut browser = set_up(&platform).await;
    assert_eq!(browser.ask_raw(ASK, json!({})).await.0, 200);
    for mut foreign in [
        browser.showing("https://evil.example"),
        browser.showing("null"),
        browser.with_word(None),
        browser.with_word(Some("nonsense")),
    ] {
        let (status, answer) = foreign.ask_raw(ASK, json!({})).await;
        assert_eq!((status, code(&answer)), (403, "CSRF"), "{answer}");
        let (status, answer) = foreign.post("/v1/session/end", &json!({})).await;
        assert_eq!((status, code(&answer)), (403, "CSRF"), "{answer}");
    }
    let mut foreign = Browser::at(platform.client.url()).showing("https://evil.example");
    let (status, answer) = foreign.sign_in("anna", PASSWORD).await;
    assert_eq!((status, code(&answer)), (403, "FOREIGN_ORIGIN"));
    let mut socket = Subscriber::of_browser(&browser, platform.client.url()).await.unwrap();
    assert_eq!(socket.message().await.unwrap()["type"], json!("connection_ack"));
    assert!(
        Subscriber::of_browser(&browser.showing("https://evil.example"), platform.client.url())
            .await
            .is_none()
    );
    assert_eq!(browser.get("/v1/session").await.1["viewer"]["name"], json!("anna"), "and is still signed in");
    platform.stop().await;
}

// Must hold 6 of issue 9; SE-02, SE-16.
// invariant: E-9
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_out_is_so_within_a_second_wherever_he_was() {
    let platform = Platform::start().await;
    let mut owner = set_up(&platform).await;
    let ben = add(&platform, "ben", json!({ "role": "VIEWER" })).await;
    let revoke = "mutation($id: ID!) { sessionRevokeAll(input: { userId: $id }) { userErrors { code } } }";
    let remove = "mutation($id: ID!) { userRemove(input: { id: $id }) { userErrors { code } } }";
    let promote = "mutation($id: ID!) { userSet(input: { id: $id, role: EDITOR }) { userErrors { code } } }";
    for deed in [revoke, promote, remove] {
        let mut phone = Browser::at(platform.client.url());
        assert_eq!(phone.sign_in("ben", PASSWORD).await.0, 200);
        let mut socket = Subscriber::of_browser(&phone, platform.client.url()).await.unwrap();
        assert_eq!(socket.message().await.unwrap()["type"], json!("connection_ack"));
        socket.subscribe("1", "subscription { playlistChanges { position } }", json!({})).await;
        socket.item().await;
        let since = Instant::now();
        let done = owner.ask(deed, json!({ "id": ben })).await;
        let (_, end) = socket.rest().await;
        assert_eq!(end, Some((4403, "Session ended".to_owned())), "{deed}");
        assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
        assert!(done.to_string().contains("\"userErrors\":[]"), "{done}");
        let (status, _) = phone.ask_raw("{ viewer { name } }", json!({})).await;
        assert_eq!(status, if deed == promote { 200 } else { 401 }, "{deed}");
    }
    let mut phone = Browser::at(platform.client.url());
    assert_eq!(phone.sign_in("ben", PASSWORD).await.0, 401, "he is nobody now");

    // One's own: another password signs the other browsers out, and leaves this one.
    let mut laptop = Browser::at(platform.client.url());
    assert_eq!(laptop.sign_in("anna", PASSWORD).await.0, 200);
    let sessions = owner.ask("{ sessions { isThis agent address } }", json!({})).await["sessions"].take();
    let is_this: Vec<_> = sessions.as_array().unwrap().iter().map(|one| one["isThis"].clone()).collect();
    assert_eq!(is_this, [json!(false), json!(true)], "{sessions}");
    assert_eq!(
        (&sessions[0]["agent"], &sessions[0]["address"]),
        (&json!("Browser 1.0"), &json!("127.0.0.1"))
    );
    let change =
        "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { userErrors { code } } }";
    let wrong = json!({ "input": { "current": OTHER, "password": OTHER } });
    let refused = owner.ask(change, wrong).await["passwordChange"]["userErrors"].take();
    assert_eq!(refused[0]["code"], json!("PASSWORD_WRONG"));
    let right = json!({ "input": { "current": PASSWORD, "password": OTHER } });
    assert_eq!(owner.ask(change, right).await["passwordChange"]["userErrors"], json!([]));
    assert_eq!(laptop.ask_raw("{ viewer { name } }", json!({})).await.0, 401);
    assert_eq!(owner.ask_raw("{ viewer { name } }", json!({})).await.0, 200);
    assert_eq!(laptop.sign_in("anna", PASSWORD).await.0, 401);
    assert_eq!(laptop.sign_in("anna", OTHER).await.0, 200);

    let (mut gone, mut late) = (laptop.clone(), laptop.clone());
    assert_eq!(laptop.post("/v1/session/end", &json!({})).await.0, 204);
    assert_eq!(laptop.cookie(), None);
    assert_eq!(
        gone.ask_raw("{ viewer { name } }", json!({})).await.0,
        401,
        "a copy of the cookie opens nothing"
    );
    assert_eq!(gone.get("/v1/session").await.1["viewer"], Value::Null);
    assert_eq!(late.post("/v1/session/end", &json!({})).await.0, 204, "a second tab signs out, too");
    assert_eq!(late.cookie(), None);
    platform.stop().await;
}

// SE-02: expiring, renewed at half life, by the server's clock.
// invariant: E-9
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_renewed_when_half_of_it_is_over_and_ends_when_nobody_uses_it() {
    const DAY: Duration = Duration::from_hours(24);
    let (platform, calendar) = Platform::start_by_the_clock().await;
    let mut browser = set_up(&platform).await;
    let ends = |told: &Value| told["viewer"]["session"]["expiresAt"].as_str().unwrap().to_owned();
    let first = ends(&browser.get("/v1/session").await.1);
    calendar.forward(6 * DAY);
    assert_eq!(ends(&browser.get("/v1/session").await.1), first, "not yet");
    calendar.forward(2 * DAY);
    let mut socket = Subscriber::of_browser(&browser, platform.client.url()).await.unwrap();
    assert_eq!(socket.message().await.unwrap()["type"], json!("connection_ack"));
    let renewed = ends(&browser.get("/v1/session").await.1);
    assert!(renewed > first, "{renewed}");
    // The socket that was open goes on beyond the first end, and not beyond the second one.
    calendar.forward(7 * DAY);
    socket.subscribe("1", "subscription { playlistChanges { position } }", json!({})).await;
    socket.item().await;
    calendar.forward(8 * DAY);
    assert_eq!(socket.rest().await.1, Some((4403, "Session ended".to_owned())));
    assert_eq!(browser.get("/v1/session").await.1["viewer"], Value::Null);
    platform.stop().await;
}
