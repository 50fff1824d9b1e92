//! What a user may do, and what nobody may.

use mediary_tests::{Browser, Platform, events_of, until};
use serde_json::json;

use super::{PASSWORD, add, code, set_up};

// SE-01: roles, and permissions per concern; SE-09: a denial is recorded once.
// invariant: G-6, G-10
#[tokio::test(flavor = "multi_thread")]
async fn a_user_does_what_his_role_and_his_permissions_say() {
    let platform = Platform::start().await;
    let ben = add(&platform, "ben", json!({ "role": "VIEWER", "permissions": ["follow"] })).await;
    let mut browser = Browser::at(platform.client.url());
    let (_, told) = browser.sign_in("ben", PASSWORD).await;
    let permissions = told["viewer"]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("follow")) && !permissions.contains(&json!("download")), "{told}");
    let follow = format!(
        "mutation {{ playlistFollow(input: {{ url: \"{}\" }}) {{ userErrors {{ code }} }} }}",
        platform.site.list_url("talks")
    );
    assert_eq!(browser.ask(&follow, json!({})).await["playlistFollow"]["userErrors"], json!([]));
    let before = platform.server.log().head().position;
    for _ in 0..2 {
        let (_, refused) =
            browser.ask_raw("mutation { tokenCreate(input: { name: \"x\" }) { secret } }", json!({})).await;
        assert_eq!(code(&refused), "FORBIDDEN");
    }
    let recorded = platform.client.events_after(before).await;
    let refused = events_of(&recorded, "account.user_command_refused");
    assert_eq!(refused.len(), 1, "the first time: {recorded:?}");
    assert_eq!(refused[0]["payload"]["user_id"], json!(ben));
    let unknown =
        "mutation { userAdd(input: { name: \"x\", permissions: [\"fly\"] }) { userErrors { code } } }";
    let refused = platform.client.ask(unknown, json!({})).await["userAdd"]["userErrors"].take();
    assert_eq!(refused[0]["code"], json!("PERMISSION_UNKNOWN"));
    platform.stop().await;
}

// A token for a dashboard speaks as the owner who made it: where he is signed in is none of its business.
// invariant: G-6
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_looks_neither_sees_nor_ends_the_sessions_of_whoever_made_it() {
    const MAKE: &str = "mutation { tokenCreate(input: { name: \"wall\", role: EDITOR }) { secret } }";
    let platform = Platform::start().await;
    let mut owner = set_up(&platform).await;
    let made = platform.client.ask(MAKE, json!({})).await["tokenCreate"].take();
    let wall = platform.client.with_token(made["secret"].as_str().unwrap());
    let sessions = owner.ask("{ sessions { id userId } }", json!({})).await["sessions"].take();
    let revoke = format!(
        "mutation {{ sessionRevoke(input: {{ id: {} }}) {{ userErrors {{ code }} }} }}",
        sessions[0]["id"]
    );
    let of_owner = format!("{{ sessions(userId: {}) {{ address }} }}", sessions[0]["userId"]);
    let all = "mutation { sessionRevokeAll(input: {}) { userErrors { code } } }";
    for document in ["{ sessions { address } }", &of_owner, &revoke, all] {
        assert_eq!(code(&wall.ask_raw(document, json!({})).await), "FORBIDDEN", "{document}");
    }
    assert_eq!(owner.ask_raw("{ viewer { name } }", json!({})).await.0, 200, "he is still signed in");
    // Whoever administers may, and each for himself.
    assert_eq!(platform.client.ask(&of_owner, json!({})).await["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(owner.ask(all, json!({})).await["sessionRevokeAll"]["userErrors"], json!([]));
    assert_eq!(owner.ask_raw("{ viewer { name } }", json!({})).await.0, 401);
    platform.stop().await;
}

// DL-08: whoever may set how often a site is asked does not take its proxy away.
// invariant: G-10
#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_with_secrets_is_cleared_by_whoever_keeps_secrets() {
    const KEEP: &str =
        "mutation { secretSet(input: { name: \"exit\", value: \"http://127.0.0.1:9\" }) { secret { id } } }";
    const SITES: &str = "{ sites { name proxySecretId } }";
    let set = |settings: &str| {
        format!(
            "mutation {{ siteSet(input: {{ name: \"media.example\", {settings} }}) {{ userErrors {{ code }} }} }}"
        )
    };
    let clear = "mutation { siteClear(input: { name: \"media.example\" }) { userErrors { code } } }";
    let platform = Platform::start().await;
    let owner = &platform.client;
    add(&platform, "ben", json!({ "role": "VIEWER", "permissions": ["configure"] })).await;
    let mut ben = Browser::at(owner.url());
    assert_eq!(ben.sign_in("ben", PASSWORD).await.0, 200);
    let budget = set("budget: { perHour: 3 }");
    assert_eq!(ben.ask(&budget, json!({})).await["siteSet"]["userErrors"], json!([]));
    assert_eq!(ben.ask(clear, json!({})).await["siteClear"]["userErrors"], json!([]));

    let exit = owner.ask(KEEP, json!({})).await["secretSet"]["secret"]["id"].take();
    let proxy = set(&format!("proxy: {{ secretId: {exit} }}"));
    assert_eq!(owner.ask(&proxy, json!({})).await["siteSet"]["userErrors"], json!([]));
    for document in [set("proxy: {}").as_str(), clear] {
        let refused = ben.ask_raw(document, json!({})).await.1.to_string();
        assert!(refused.contains("FORBIDDEN"), "{document}: {refused}");
    }
    assert_eq!(owner.ask(SITES, json!({})).await["sites"][0]["proxySecretId"], exit);
    assert_eq!(owner.ask(clear, json!({})).await["siteClear"]["userErrors"], json!([]));
    assert_eq!(owner.ask(SITES, json!({})).await["sites"], json!([]));
    platform.stop().await;
}

// What a user has done again and again goes on when he signs out, and ends when he is removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_of_a_user_outlives_his_session() {
    let platform = Platform::start().await;
    add(&platform, "ben", json!({ "role": "OWNER" })).await;
    let mut browser = Browser::at(platform.client.url());
    assert_eq!(browser.sign_in("ben", PASSWORD).await.0, 200);
    let again = "mutation { scheduleAdd(input: { name: \"night\", command: { name: \"limit.set\",
        arguments: { total: 3 } }, timing: { everySeconds: 1000000 } }) { schedule { id } userErrors { code message } } }";
    let (_, added) = browser.ask_raw(again, json!({})).await;
    let id = added["data"]["scheduleAdd"]["schedule"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{added}"))
        .to_owned();
    assert_eq!(browser.post("/v1/session/end", &json!({})).await.0, 204);
    let run = "mutation($id: ID!) { scheduleRun(input: { id: $id }) { userErrors { code message } } }";
    let total =
        || async { platform.client.ask("{ limits { total } }", json!({})).await["limits"]["total"].clone() };
    platform.client.ask(run, json!({ "id": id })).await;
    until("it was done", || async { (total().await == json!(3)).then_some(()) }).await;
    platform.stop().await;
}

// SE-09: an auditor reads who it was, by the name that he has.
#[tokio::test(flavor = "multi_thread")]
async fn what_happened_to_users_is_told_by_their_names() {
    const CALL: &str =
        "mutation($id: ID!) { userSet(input: { id: $id, name: \"benno\" }) { userErrors { code } } }";
    const SAYS: &str = "query($after: Position!) {
        events(after: $after, first: 10, types: [\"account.password_set\"]) { events { says } } }";
    let platform = Platform::start().await;
    let before = platform.server.log().head().position;
    let ben = add(&platform, "ben", json!({ "role": "VIEWER" })).await;
    add(&platform, "eve", json!({ "role": "VIEWER" })).await;
    platform.client.ask(CALL, json!({ "id": ben })).await;
    let told = platform.client.ask(SAYS, json!({ "after": before })).await["events"]["events"].take();
    let says = |number: usize| told[number]["says"].as_str().unwrap();
    assert!(says(0).contains("'benno'") && says(1).contains("'eve'"), "{told}");
    platform.stop().await;
}

// SE-12: what is off is off at every door, in one place.
// invariant: G-14
#[tokio::test(flavor = "multi_thread")]
async fn in_public_mode_no_door_offers_the_server_s_own_files() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.public = true)).await;
    let owner = &platform.client;
    assert_eq!(
        owner.ask("{ viewer { capabilities } }", json!({})).await["viewer"]["capabilities"],
        json!([])
    );
    let mut browser = Browser::at(owner.url());
    assert_eq!(browser.get("/v1/session").await.1["capabilities"], json!([]));
    let folder = json!({ "folder": platform.data().join("library"), "kind": "LIBRARY" });
    let register = "mutation($input: RootAddInput!) { rootAdd(input: $input) { userErrors { code } } }";
    let refused = owner.ask(register, json!({ "input": folder })).await["rootAdd"]["userErrors"].take();
    assert_eq!(refused[0]["code"], json!("NOT_OFFERED"));
    // Lists are followed all the same.
    owner.follow(&platform.site.list_url("talks")).await;
    platform.stop().await;
}
