//! What led to something, or happened, as one file that proves itself: whoever saves it finds in it what he may see.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, path::Path};

use mediary_tests::{Client, Platform, Publisher, run_binary};
use serde_json::{Value, json};

async fn excerpt(client: &Client, of: Value) -> Value {
    const DOCUMENT: &str = "query($of: ExcerptInput!) { excerpt(of: $of) {
        name html eventCount firstPosition lastPosition joined withoutPayload } }";
    client.ask_raw(DOCUMENT, json!({ "of": of })).await
}

async fn made(client: &Client, of: Value) -> Value {
    let mut answer = excerpt(client, of).await;
    assert!(answer["data"]["excerpt"].is_object(), "{answer}");
    answer["data"]["excerpt"].take()
}

/// What a file holds as data.
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"excerpt\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn bundles(html: &str) -> Vec<String> {
    data(html)["bundles"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What the page's script says of a file: whether it is proved, and how.
#[expect(clippy::disallowed_methods, reason = "a program is asked that knows nothing of Mediary")]
async fn verdict(folder: &Path, html: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = fs::read_to_string(root.join("docs/verify.html")).unwrap();
    let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let asking = fs::read_to_string(root.join("tests/verify/excerpt_html.js")).unwrap();
    let (program, file) = (folder.join("verify.js"), folder.join("excerpt.html"));
    fs::write(&program, format!("{script}{asking}")).unwrap();
    fs::write(&file, html).unwrap();
    let mut command = tokio::process::Command::new(mediary_tools::required("deno"));
    command.env("HOME", folder).env("DENO_DIR", folder).env("NO_COLOR", "1");
    command
        .args(["run", "--quiet", "--no-remote", "--no-config", "--allow-read"])
        .arg(program)
        .arg("")
        .arg(file);
    let output = command.kill_on_drop(true).output().await.unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

async fn token(owner: &Client, role: &str, project: Option<&Value>) -> Client {
    let input = json!({ "name": role, "role": role, "projectId": project });
    let document = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { secret } }";
    let made = owner.ask(document, json!({ "input": input })).await["tokenCreate"].take();
    owner.with_token(made["secret"].as_str().unwrap())
}

// invariant: L-30, S-3
#[tokio::test(flavor = "multi_thread")]
async fn why_is_saved_as_a_file_that_proves_itself_and_shows_each_role_its_own() {
    let platform = Platform::start().await;
    let owner = &platform.client;
    let list = owner.follow(&platform.site.list_url("talks")).await;
    owner.download(&list, "best").await;
    let file = owner.files().await[0]["id"].clone();
    let folder = tempfile::tempdir().unwrap();

    let of_owner = made(owner, json!({ "why": file })).await;
    let html = of_owner["html"].as_str().unwrap();
    assert_eq!(of_owner["name"], json!(format!("mediary-why-{}.html", file.as_str().unwrap())));
    assert_eq!((&of_owner["joined"], bundles(html).len()), (&json!(true), 1));
    let said = verdict(folder.path(), html).await;
    assert!(said["proves"].as_str().unwrap().contains("names the one in front of it as its cause"), "{said}");
    // The words are those of `why`, the first cause first.
    let why = owner
        .ask("query($id: ID!) { why(id: $id) { answer chain { position says } } }", json!({ "id": file }))
        .await;
    let mut chain = why["why"]["chain"].as_array().unwrap().clone();
    chain.reverse();
    let told = data(html);
    assert_eq!(told["answer"], why["why"]["answer"]);
    let words = |events: &[Value]| -> Vec<Value> {
        events.iter().map(|one| json!([one["position"], one["says"]])).collect()
    };
    assert_eq!(words(told["events"].as_array().unwrap()), words(&chain));
    assert!(told["events"].as_array().unwrap().len() > 3, "{told}");

    // Whoever may not have the whole record gets the same events, each run by itself, and no other.
    let viewer = token(owner, "VIEWER", None).await;
    let of_viewer = made(&viewer, json!({ "why": file })).await;
    let html = of_viewer["html"].as_str().unwrap();
    assert_eq!(of_viewer["eventCount"], of_owner["eventCount"]);
    let lines: usize = bundles(html).iter().map(|bundle| bundle.lines().count() - 1).sum();
    assert_eq!(json!(lines), of_viewer["eventCount"]);
    let said = verdict(folder.path(), html).await;
    assert!(said["proves"].as_str().unwrap().contains("each for itself"), "{said}");
    let history = made(&viewer, json!({ "history": file })).await;
    assert!(
        verdict(folder.path(), history["html"].as_str().unwrap()).await["proves"].is_string(),
        "{history}"
    );
    // A stretch of the log is for whoever audits it.
    let stretch = json!({ "log": { "from": 1, "to": 20 } });
    let refused = excerpt(&viewer, stretch.clone()).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], json!("FORBIDDEN"), "{refused}");
    let said = verdict(folder.path(), made(owner, stretch.clone()).await["html"].as_str().unwrap()).await;
    assert_eq!(said["stretches"][0][0], json!(1), "{said}");

    // To another project nothing of this one is there.
    let project = "mutation { projectCreate(input: { name: \"kids\" }) { project { id } } }";
    let project = owner.ask(project, json!({})).await["projectCreate"]["project"]["id"].take();
    let kids = token(owner, "OWNER", Some(&project)).await;
    for of in [json!({ "why": file }), json!({ "history": file }), stretch] {
        let answer = excerpt(&kids, of).await;
        assert_eq!(answer, json!({ "data": { "excerpt": null } }));
    }
}

// invariant: L-30
#[tokio::test(flavor = "multi_thread")]
async fn what_opens_something_or_is_sealed_is_in_no_excerpt() {
    const NAME: &str = "guilty-pleasures-5c1d";
    const CREATE: &str = "mutation($input: CollectionCreateInput!) { collectionCreate(input: $input) {
        collection { id } userErrors { code } } }";
    let platform = Platform::start().await;
    let owner = &platform.client;
    let publisher = Publisher::start().await;
    publisher.put_feed("/feed?token=open-sesame-5c1d", "Show", "");
    let list = owner.follow(&publisher.url("/feed?token=open-sesame-5c1d")).await;
    let made_list = owner.ask(CREATE, json!({ "input": { "name": NAME } })).await;
    let collection = made_list["collectionCreate"]["collection"]["id"].clone();
    let folder = tempfile::tempdir().unwrap();
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();

    let history = made(owner, json!({ "history": list })).await;
    let html = history["html"].as_str().unwrap();
    for secret in ["open-sesame-5c1d".to_owned(), hex("open-sesame-5c1d"), NAME.to_owned(), hex(NAME)] {
        assert!(!html.contains(&secret), "{secret}");
    }
    assert!(!history["withoutPayload"].as_array().unwrap().is_empty(), "{history}");
    let withheld = &data(html)["events"][0];
    assert_eq!(withheld["withheld"], json!("OPENS"), "{withheld}");
    assert!(withheld["told"].to_string().contains("token=***"), "{withheld}");
    let said = verdict(folder.path(), html).await;
    assert!(said["proves"].as_str().unwrap().contains("and not what they say"), "{said}");

    for of in [json!({ "why": collection }), json!({ "history": collection })] {
        let private = made(owner, of).await;
        let html = private["html"].as_str().unwrap();
        assert!(!html.contains(NAME) && !html.contains(&hex(NAME)), "it is read by its key alone");
        assert_eq!((&data(html)["events"][0]["says"], &data(html)["answer"]), (&Value::Null, &Value::Null));
        assert!(verdict(folder.path(), html).await["proves"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_writes_one_and_nothing_over_what_is_there() {
    let platform = Platform::start().await;
    let list = platform.client.follow(&platform.site.list_url("talks")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (why, history, log) = (path("why.html"), path("history.html"), path("log.html"));
    let wanted: [&[&str]; 3] = [
        &["why", &list, "--html", &why],
        &["log", "export", &history, "--html", "--subject", &list],
        &["log", "export", &log, "--html", "--from", "1", "--to", "9"],
    ];
    for arguments in wanted {
        let output = run_binary(platform.data(), arguments).await;
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && printed.contains("by one chain"), "{arguments:?}: {printed}");
    }
    for file in [&why, &history, &log] {
        let html = fs::read_to_string(file).unwrap();
        assert!(verdict(folder.path(), &html).await["proves"].is_string(), "{file}");
    }
    fs::write(&why, "mine").unwrap();
    let refused = run_binary(platform.data(), wanted[0]).await;
    assert!(!refused.status.success());
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert!(complaint.contains("there is a file") && complaint.contains("--force"), "{complaint}");
    assert_eq!(fs::read_to_string(&why).unwrap(), "mine");
    let many =
        run_binary(platform.data(), &["log", "export", &path("many.html"), "--html", "--to", "501"]).await;
    assert!(!many.status.success() && !Path::new(&path("many.html")).exists());
}
