//! What can happen, as a list: by it people choose what they look at, and of what rules are.

use mediary_tests::Platform;
use serde_json::{Value, json};

// invariant: G-10
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_event_says_what_it_means_to_whoever_may_read_it() {
    const KINDS: &str =
        "query($concern: String) { eventKinds(concern: $concern) { kind concern meaning schema } }";
    let platform = Platform::start().await;
    let all = platform.client.ask(KINDS, json!({})).await["eventKinds"].take();
    let all = all.as_array().unwrap();
    let known = mediary_log::work::REGISTRY.entries().iter().map(|entry| entry.events.len()).sum::<usize>();
    assert_eq!(all.len(), known);
    for kind in all {
        let meaning = kind["meaning"].as_str().unwrap();
        assert!(meaning.len() > 10 && meaning.ends_with('.'), "{kind}");
    }
    let named = |kinds: &[Value], kind: &str| kinds.iter().any(|one| one["kind"] == kind);
    assert!(named(all, "account.user_added") && named(all, "playlist.refresh_completed"));
    let of_one = platform.client.ask(KINDS, json!({ "concern": "lane" })).await["eventKinds"].take();
    let concerns = of_one.as_array().unwrap().iter().all(|kind| kind["concern"] == "lane");
    assert!(concerns && named(of_one.as_array().unwrap(), "lane.held"), "{of_one}");
    let refused = platform.client.ask_raw(KINDS, json!({ "concern": "weather" })).await;
    assert!(refused.to_string().contains("there is no concern"), "{refused}");

    let made = "mutation { tokenCreate(input: { name: \"looks\", role: VIEWER }) { secret } }";
    let made = platform.client.ask(made, json!({})).await["tokenCreate"].take();
    let viewer = platform.client.with_token(made["secret"].as_str().unwrap());
    let seen = viewer.ask(KINDS, json!({})).await["eventKinds"].take();
    let seen = seen.as_array().unwrap();
    assert!(named(seen, "playlist.refresh_completed") && !named(seen, "account.user_added"));
    platform.stop().await;
}
