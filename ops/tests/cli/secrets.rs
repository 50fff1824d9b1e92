//! Secrets: kept, told to nobody, rotated and destroyed.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use mediary::demo::{ListOptions, Proxy};
use mediary_log::{Log, Options, vault::Vault};
use mediary_schema::SecretId;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    harness::{Ran, Served, eventually, run_reading, run_with},
    notifying::Sink,
};

/// As `docs/exit-codes.md` has it.
const CONFIGURATION: i32 = 78;

impl Served {
    async fn set(&self, name: &str, value: &str) -> Ran {
        let arguments = ["secret", "set", name, "--stdin", "--format", "json"];
        run_reading(self.folder.path(), &arguments, value).await
    }

    /// A request over HTTP, as the owner sends it.
    fn request(&self, body: String) -> reqwest::RequestBuilder {
        // Any client of HTTP wants to know who does TLS.
        mediary::provide_tls();
        let token = fs::read_to_string(self.data().join("local.token")).unwrap();
        let request = reqwest::Client::new().post(format!("{}/graphql", self.url));
        request.bearer_auth(token.trim()).header("content-type", "application/json").body(body)
    }

    /// Asks over HTTP; the whole answer as it came.
    async fn raw(&self, body: &str) -> String {
        self.request(body.to_owned()).send().await.unwrap().text().await.unwrap()
    }

    /// What is kept of a secret, by the vault of the stopped server's folder.
    async fn opened(&self, id: &str) -> Option<String> {
        let log = Log::open(Options::new(self.data())).unwrap();
        let vault = Vault::start(&log, &self.data(), None).unwrap();
        let value = vault.open(id.parse::<SecretId>().unwrap()).unwrap();
        log.close().await;
        value.map(|value| String::from_utf8(value.reveal().to_vec()).unwrap())
    }
}

/// Every file below a folder that has a text in it.
fn having(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(having(&path, text));
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

// Issue 8, SE-10.
// invariant: S-4, S-7, S-8
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_set_listed_rotated_and_destroyed_and_never_told() {
    let mut served = Served::start().await;
    served.set("tube", "first-hunter2\n").await.ends_with(0);
    let tube = served.set("tube", "second-hunter2\r\n").await.ends_with(0).json();
    let plex = served.set("plex", "third\nwith two lines").await.ends_with(0).json();
    assert_eq!(tube["name"], "tube");
    assert_eq!(served.json(&["secret", "list"]).await, json!([plex, tube]));
    served.set("tube", "").await.ends_with(3).says(&["SECRET_BAD_VALUE"]);
    served.set("secret-x", "x").await.ends_with(3).says(&["SECRET_BAD_NAME"]);
    // As an argument everybody would see it.
    served.run(&["secret", "set", "tube", "hunter2"]).await.ends_with(2);
    served.run(&["secret", "set", "tube"]).await.ends_with(2).says(&["--stdin"]);
    let planned =
        run_reading(served.folder.path(), &["secret", "set", "new", "--stdin", "--dry-run"], "x").await;
    assert!(planned.ends_with(0).stdout.contains("secret.set"));
    let rotated = served.json(&["secret", "rotate"]).await;
    assert!(rotated["masterKeyId"].as_str().unwrap().starts_with("master_key-"), "{rotated}");
    served.run(&["secret", "delete", "nothing"]).await.ends_with(5);
    let gone = served.json(&["secret", "delete", "plex"]).await;
    assert_eq!((&gone["id"], &gone["isDestroyed"]), (&plex["id"], &json!(true)));
    let places: Vec<_> = gone["outOfReach"].as_array().unwrap().iter().map(|left| &left["place"]).collect();
    assert_eq!(places, ["copies", "disk", "source", "name"]);
    assert_eq!(served.json(&["secret", "list"]).await, json!([tube]));
    let found = |id: &Value| id.as_str().unwrap().to_owned();
    served.stop().await;
    assert_eq!(served.opened(&found(&tube["id"])).await.unwrap(), "second-hunter2");
    assert_eq!(served.opened(&found(&plex["id"])).await, None);
}

// SE-10: who may read the key file has all secrets.
// invariant: S-9
#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_that_others_may_read_keeps_the_server_from_starting() {
    let mut served = Served::start().await;
    let key = served.data().join("vault.key");
    let sees = |findings: &Value| {
        let of_vault = findings.as_array().unwrap().iter().find(|finding| finding["subject"] == "vault");
        of_vault.unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    let doctor = ["doctor", "--format", "json"];
    assert_eq!(sees(&served.run(&doctor).await.json()), "ok", "there is none yet");
    served.set("tube", "x").await.ends_with(0);
    served.stop().await;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let refused = served.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]).await;
    refused.ends_with(CONFIGURATION).says(&["640", "600"]);
    assert_eq!(sees(&served.run(&doctor).await.json()), "error");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    served.start_again().await;
    // Elsewhere it opens the same.
    served.stop().await;
    let elsewhere = served.folder.path().join("elsewhere");
    fs::rename(&key, &elsewhere).unwrap();
    served.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]).await.ends_with(CONFIGURATION);
    assert!(!key.exists(), "another one is not made");
    let variables = [("MEDIARY_VAULT_KEY_FILE", elsewhere.to_str().unwrap())];
    let found = run_with(served.folder.path(), &doctor, &variables).await.json();
    assert_eq!(sees(&found), "ok", "{found}");
}

/// Has a list fetched with cookies, as somebody, by a proxy: what each of these three is, the values say. Answers what was told.
async fn fetch_by_all_of_them(served: &Served, values: &[String]) -> Vec<String> {
    let [cookie, user, password, of_proxy] = values else { panic!("there are four values") };
    let password = format!(" {password}: \"#");
    let proxy = Proxy::start("me", of_proxy).await.unwrap();
    let list = served.site.add_list("club", ListOptions::new("club", 1)).unwrap();
    list.demand_cookie(format!("session={cookie}"));
    list.demand_login(user, &password);
    let address = format!("http://me:{of_proxy}@{}", proxy.address());
    let jar = format!("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\t{cookie}\n");
    let mut told = Vec::new();
    for (name, value) in
        [("exit", address), ("club", format!("{user}\n{password}\nmediary-demo")), ("jar", jar)]
    {
        told.push(served.set(name, &value).await.ends_with(0));
    }
    let set = "site set 127.0.0.1 --proxy exit --login club --login-when always --cookies jar --cookies-when always --rate-limit 5000000";
    told.push(served.run(&set.split(' ').collect::<Vec<_>>()).await.ends_with(0));
    let url = served.site.list_url("club");
    told.push(served.run(&["playlist", "follow", &url, "--keep", "all", "--wait"]).await.ends_with(0));
    served.until(&["file", "list"], |files| files.as_array().is_some_and(|files| !files.is_empty())).await;
    assert!(!proxy.led().is_empty(), "it went by the proxy");
    told.push(served.run(&["site", "list", "--format", "json"]).await.ends_with(0));
    told.push(served.run(&["job", "list", "--format", "json"]).await.ends_with(0));
    told.into_iter().map(|ran| ran.stdout + &ran.stderr).collect()
}

// SE-10: what was ever sent as a secret, by whichever door, also one that refuses it, is found nowhere.
// invariant: S-4, S-7
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_found_in_data_output_logs_nats_or_answers() {
    let mut served = Served::start_with("nats = \"auto\"\nlogging.filter = \"trace\"\n").await;
    let values: Vec<String> = (0..20).map(|number| format!("needle-{number}-7f3ac9")).collect();
    let mut answers = Vec::new();
    let mut note = |ran: Ran| answers.push(ran.stdout + &ran.stderr);
    // The command line: kept, replaced, deleted, planned, refused.
    note(served.set("tube", &values[0]).await.ends_with(0));
    note(served.set("tube", &values[1]).await.ends_with(0));
    note(served.set("plex", &values[2]).await.ends_with(0));
    let dry = ["secret", "set", "dry", "--stdin", "--dry-run", "--format", "json"];
    note(run_reading(served.folder.path(), &dry, &values[3]).await.ends_with(0));
    note(served.set(" bad name", &values[4]).await.ends_with(3));
    note(served.set("large", &values[5].repeat(5_000)).await.ends_with(3));
    // Addresses of channels: sent to, refused, replaced and destroyed.
    let sink = Sink::start().await;
    let add = |name: &'static str| ["notification", "channel", "add", name, "--stdin", "--replace"];
    let hook = format!("json://{}/{}?secret={}", sink.address, values[12], values[13]);
    note(run_reading(served.folder.path(), &add("hook"), &hook).await.ends_with(0));
    note(served.run(&["notification", "channel", "test", "hook"]).await.ends_with(0));
    assert!(sink.taken().contains(&values[12]), "it is sent where it is to be");
    let ntfy = format!("ntfy://anna:{}@{}/{}", values[14], sink.address, values[15]);
    note(run_reading(served.folder.path(), &add("hook"), &ntfy).await.ends_with(0));
    note(served.run(&["notification", "channel", "test", "hook"]).await.ends_with(0));
    note(run_reading(served.folder.path(), &add("bad"), &format!("ftp://{}", values[15])).await.ends_with(3));
    note(served.run(&["notification", "channel", "list"]).await.ends_with(0));
    note(served.run(&["notification", "outbox", "list"]).await.ends_with(0));
    note(served.run(&["notification", "channel", "remove", "hook"]).await.ends_with(0));
    // What sites are asked with.
    let fetched = fetch_by_all_of_them(&served, &values[16..]).await;
    // HTTP: as a variable, in the text itself, under a taken command id, and each malformed.
    let set = "mutation($value: SecretValue!) { secretSet(input: { name: \"smtp\", value: $value }) { secret { id name setAt } userErrors { code message } } }";
    let command = "commandId: \"command-01890a5d-ac96-774b-bcce-b302099a8057\"";
    let inline = |value: &str| {
        format!(
            "mutation {{ secretSet(input: {{ name: \"inline\", {command}, value: \"{value}\" }}) {{ secret {{ id }} userErrors {{ code }} }} }}"
        )
    };
    let bodies = [
        json!({ "query": set, "variables": { "value": values[6] } }),
        json!({ "query": inline(&values[7]) }),
        json!({ "query": inline(&values[8]) }),
        json!({ "query": set, "variables": { "value": { "of": values[9] } } }),
        json!({ "query": set, "variables": { "value": [values[9]] } }),
        json!({ "query": set, "variables": { "value": values[9], "other": values[9] } }),
        json!({ "query": set.replace("secretSet", "secretsSet"), "variables": { "value": values[10] } }),
    ];
    let mut said = Vec::new();
    for body in &bodies {
        said.push(served.raw(&body.to_string()).await);
    }
    assert!(said[0].contains("\"name\":\"smtp\""), "{}", said[0]);
    assert!(said[2].contains("COMMAND_ID_REUSED"), "{}", said[2]);
    assert!(said[5].contains("smtp"), "{}", said[5]);
    for refused in [3, 4, 6] {
        assert!(said[refused].contains("\"errors\""), "{}", said[refused]);
    }
    said.push(served.raw(&format!("{{\"query\": \"{}", values[11])).await);
    // What there is to be read of all that.
    for query in [
        "{ secrets { nodes { id name setAt } } }",
        "{ events(first: 500, after: 0) { events { kind payload } } }",
        "{ resolve(text: \"tube\") { id name } }",
    ] {
        said.push(served.raw(&json!({ "query": query }).to_string()).await);
    }
    note(served.run(&["secret", "rotate"]).await.ends_with(0));
    note(served.run(&["secret", "delete", "plex", "--yes"]).await.ends_with(0));
    note(served.run(&["secret", "list"]).await.ends_with(0));
    note(served.run(&["why", "secret"]).await);
    note(served.run(&["log", "export", "bundle.jsonl"]).await.ends_with(0));
    note(served.run(&["backup", "mediary.backup"]).await.ends_with(0));
    note(served.run(&["log", "verify"]).await.ends_with(0));
    let of_events = ["log", "show", "--from", "1", "--format", "json"];
    note(served.run(&of_events).await.ends_with(0));
    // What is told over NATS is in its store, as it is told: the event is, and only its envelope.
    let nats = served.data().join("nats");
    eventually("the store of NATS has the last event of a secret", || {
        !having(&nats, "secret.deleted").is_empty()
    })
    .await;
    served.stop().await;
    answers.push(served.said().await);
    answers.extend(said.into_iter().chain(fetched));
    assert!(
        answers.iter().any(|text| text.contains("secret.set")),
        "it is looked at where it would be found"
    );
    assert!(having(served.folder.path(), "inline").len() > 1, "names are found");
    for value in &values {
        let where_found: Vec<&String> = answers.iter().filter(|text| text.contains(value)).collect();
        assert!(where_found.is_empty(), "{value} is told: {where_found:?}");
        assert_eq!(having(served.folder.path(), value), Vec::<PathBuf>::new(), "{value}");
    }
}

// SE-10, house: an acknowledged secret survives, and one that was not is there whole or not at all.
// invariant: S-6, S-7
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_setting_and_deleting_leaves_whole_secrets() {
    const ROUNDS: u64 = 6;
    let mut served = Served::start().await;
    let mut id = String::new();
    for round in 0..ROUNDS {
        let sure = format!("sure-{round}");
        id = served.set("tube", &sure).await.ends_with(0).json()["id"].as_str().unwrap().to_owned();
        let other = served.set("plex", &sure).await.ends_with(0).json()["id"].as_str().unwrap().to_owned();
        let next = format!("next-{round}");
        let set = json!({ "query": "mutation($value: SecretValue!) { secretSet(input: { name: \"tube\", value: $value }) { userErrors { code } } }",
            "variables": { "value": next } }).to_string();
        let delete = json!({ "query": "mutation($id: ID!) { secretDelete(input: { id: $id }) { userErrors { code } } }",
            "variables": { "id": other } }).to_string();
        let mut sending = JoinSet::new();
        for body in [set, delete] {
            sending.spawn(served.request(body).send());
        }
        tokio::time::sleep(Duration::from_millis(round * 7)).await;
        served.kill().await;
        sending.join_all().await;
        let kept = served.opened(&id).await.expect("what was acknowledged is there");
        assert!(kept == sure || kept == next, "{kept}");
        let left = served.opened(&other).await;
        assert!(left.is_none() || left.as_deref() == Some(sure.as_str()), "{left:?}");
        // Of each secret that is there its key and its one value, and nothing else.
        let files = fs::read_dir(served.data().join("vault")).unwrap().count();
        assert_eq!(files, if left.is_some() { 4 } else { 2 }, "round {round}");
        served.start_again().await;
    }
    served.stop().await;
    assert!(served.opened(&id).await.is_some());
}
