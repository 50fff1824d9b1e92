//! What is at an address, before it is followed.

use serde_json::json;

use super::harness::Served;

// UI-10: whoever has an address is told what it is.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_says_what_it_is_and_nothing_is_followed() {
    let served = Served::start().await;
    let talks = served.site.list_url("talks");
    let list = served.json(&["preview", "start", &talks]).await;
    assert_eq!(
        (&list["kind"], &list["title"], &list["count"]),
        (&json!("LIST"), &json!("Sample talks"), &json!(6))
    );
    assert_eq!(list["first"].as_array().unwrap().len(), 5, "{list}");
    let told = served.run(&["preview", "start", &served.site.item_url("videos-1")]).await.ends_with(0);
    assert!(told.stdout.contains("a single item"), "{}", told.stdout);

    assert_eq!(served.json(&["preview", "show", "Sample talks"]).await["id"], list["id"]);
    let shown = served.json(&["preview", "list"]).await;
    assert_eq!((shown.as_array().unwrap().len(), &shown[1]["id"]), (2, &list["id"]), "{shown}");
    assert_eq!(served.json(&["playlist", "list"]).await, json!([]));

    let nothing = served.site.url("/nothing/here");
    let refused = served.run(&["preview", "start", &nothing]).await.ends_with(1);
    refused.says(&["nothing/here"]);
    served.run(&["preview", "start", "no address"]).await.ends_with(3).says(&["http"]);
    served.run(&["preview", "show", "nothing"]).await.ends_with(5).says(&["mediary preview start URL"]);
}
