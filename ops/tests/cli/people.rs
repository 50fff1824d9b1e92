//! Users and their sessions on the command line.

use serde_json::{Value, json};

use crate::harness::{Served, run_reading};

const PASSWORD: &str = "correct horse battery staple";

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_added_with_a_password_changed_and_removed() {
    let served = Served::start().await;
    let added = served.json(&["user", "add", "anna", "--role", "editor", "--permission", "secret"]).await;
    assert_eq!((&added["name"], &added["role"]), (&json!("anna"), &json!("EDITOR")));
    assert_eq!(added["extraPermissions"], json!(["secret"]));
    assert_eq!(added["hasPassword"], json!(false));
    served.run(&["user", "add", "ANNA"]).await.ends_with(3).says(&["USER_NAME_TAKEN"]);
    served
        .run(&["user", "add", "ben", "--permission", "fly"])
        .await
        .ends_with(3)
        .says(&["PERMISSION_UNKNOWN", "follow"]);

    // A password is no argument, and nothing that is told.
    served.run(&["user", "password", "anna"]).await.ends_with(2).says(&["--stdin"]);
    let arguments = ["user", "password", "anna", "--stdin", "--format", "json"];
    run_reading(served.folder.path(), &arguments, "short\n").await.ends_with(3).says(&["PASSWORD_TOO_SHORT"]);
    let set = run_reading(served.folder.path(), &arguments, &format!("{PASSWORD}\n")).await.ends_with(0);
    assert_eq!(set.json()["hasPassword"], json!(true));
    assert!(!set.stdout.contains(PASSWORD) && !set.stderr.contains(PASSWORD));

    let changed =
        served.json(&["user", "set", "anna", "--name", "ann", "--role", "viewer", "--no-permissions"]).await;
    assert_eq!((&changed["name"], &changed["role"]), (&json!("ann"), &json!("VIEWER")));
    assert_eq!(changed["extraPermissions"], json!([]));
    let link = served.json(&["user", "invite", "ann", "--expires-in-hours", "24"]).await;
    let secret = link["secret"].as_str().unwrap();
    assert_eq!(link["link"], json!(format!("{}/#token={secret}", served.url)));

    assert_eq!(served.json(&["session", "list", "ann"]).await, json!([]));
    let names =
        |users: Value| users.as_array().unwrap().iter().map(|user| user["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(served.json(&["user", "list"]).await), [json!("ann")]);
    served.run(&["user", "remove", "ann"]).await.ends_with(6);
    served.run(&["user", "remove", "ann", "--yes"]).await.ends_with(0);
    assert_eq!(names(served.json(&["user", "list"]).await), Vec::<Value>::new());
    served.run(&["session", "revoke-all", "ann", "--yes"]).await.ends_with(5);
}
