//! What is looked at again and again.

use std::{fs, path::Path};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::harness::{Served, run_reading};

// Issue 10, the command line: an address and a file, and how a look ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_has_things_checked_and_ends_by_what_is_found() {
    let served = Served::start().await;
    let added = served.json(&["check", "add", "--url", &served.site.url("/"), "--name", "site"]).await;
    assert_eq!((&added[0]["name"], &added[0]["kind"]), (&json!("site"), &json!("http")));
    let found = served.json(&["check", "run", "site", "--wait"]).await;
    for (field, value) in [
        ("state", json!("OK")),
        ("isPaused", json!(false)),
        ("isLate", json!(false)),
        ("inMaintenance", json!(false)),
        ("isAcknowledged", json!(false)),
    ] {
        assert_eq!(found[field], value, "{field}");
    }
    for field in ["id", "stateSinceAt", "lastRunAt", "nextRunAt", "message"] {
        assert!(found[field].is_string(), "{field}: {found}");
    }

    let file = served.data().join("checks.toml");
    let text = r#"
        [[check]]
        name = "nobody"
        kind = "tcp"
        host = "127.0.0.1"
        port = 1
        every = "1h"
        depends_on = ["site"]

        [[check]]
        name = "gone"
        kind = "command"
        argv = ["/nowhere/check-backup", "--days", "1"]
        every = "5m"
        timeout = "30s"

        [[check]]
        name = "queue"
        kind = "command"
        argv = ["/bin/echo", "fine | queue=7"]
        thresholds = [{ value = "queue", min = 1, max = 5 }]
    "#;
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let plan = served.json(&["check", "add", path, "--dry-run"]).await;
    assert_eq!(plan["eventCount"], json!(3), "one for each of the file: {plan}");
    assert_eq!(served.json(&["check", "add", path]).await.as_array().unwrap().len(), 3);
    served.run(&["check", "run", "queue", "--wait"]).await.ends_with(1).says(&["queue is 7, above 5: fine"]);
    served.run(&["check", "run", "nobody", "--wait"]).await.ends_with(1).says(&["refused", "check history"]);
    served.run(&["check", "run", "gone", "--wait"]).await.ends_with(6).says(&["/nowhere/check-backup"]);
    // What is exported is what was said.
    let exported = served.run(&["check", "export", "nobody", "gone"]).await.ends_with(0).stdout;
    assert!(
        exported.contains("depends_on = [\"site\"]") && exported.contains("every = \"5m\""),
        "{exported}"
    );
    let again = served.data().join("again.toml");
    fs::write(&again, &exported).unwrap();
    served.json(&["check", "add", again.to_str().unwrap()]).await;
    assert_eq!(served.run(&["check", "export", "nobody", "gone"]).await.stdout, exported);
    let unknown = served.json(&["check", "list", "--state", "unknown"]).await;
    assert_eq!((unknown.as_array().unwrap().len(), &unknown[0]["reason"]), (1, &json!("COULD_NOT_RUN")));
    assert_eq!(served.json(&["check", "list", "--search", "nowhere"]).await[0]["name"], json!("gone"));
    // A month that nobody looked in, as a table and as a file that proves itself.
    let reported = served.json(&["check", "report", "nobody", "--month", "2026-01"]).await;
    assert_eq!((&reported[0]["name"], &reported[0]["minutes"]), (&json!("nobody"), &json!("44640n")));
    let all = served.run(&["check", "report", "--month", "2026-01"]).await.ends_with(0);
    assert!(all.stdout.contains("NOT WATCHED MIN") && all.stdout.contains("44640"), "{}", all.stdout);
    let page = served.data().join("january.html");
    let html = ["check", "report", "site", "--month", "2026-01", "--html", page.to_str().unwrap()];
    served.run(&html).await.ends_with(0);
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("check.reported") || page.contains("not watched for 44640"), "it is in the file");
    served.run(&html).await.ends_with(2).says(&["--force"]);
    served.run(&["check", "report", "--month", "9000-01"]).await.ends_with(3).says(&["has not begun"]);
    served
        .run(&["check", "report", "--month", "2026-01", "--html", "x.html"])
        .await
        .ends_with(2)
        .says(&["one check"]);
    let turns = served.json(&["check", "history", "nobody", "--since", "1h"]).await;
    assert_eq!(turns[0]["state"], json!("FAILING"));

    let known = served.json(&["check", "acknowledge", "nobody", "--note", "on my way"]).await;
    assert_eq!(known["isAcknowledged"], json!(true));
    assert!(served.json(&["check", "snooze", "nobody", "--for", "2h"]).await["snoozedUntil"].is_string());
    assert!(served.json(&["check", "snooze", "nobody", "--end"]).await["snoozedUntil"].is_null());
    assert_eq!(served.json(&["check", "pause", "site"]).await["isPaused"], json!(true));
    served.run(&["check", "run", "site"]).await.ends_with(3).says(&["check resume"]);
    assert_eq!(served.json(&["check", "resume", "site"]).await["isPaused"], json!(false));
    served.json(&["check", "remove", "gone"]).await;
    served.run(&["check", "show", "gone"]).await.ends_with(5).says(&["mediary check list"]);
}

// CH-08, CH-15: what a program writes is read while it runs, and a secret that it tells is in nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_writes_is_read_and_its_secret_is_not() {
    let served = Served::start().await;
    let arguments = ["secret", "set", "backup", "--stdin"];
    run_reading(served.folder.path(), &arguments, "hidden-word\n").await.ends_with(0);
    let file = served.data().join("checks.toml");
    let gate = served.data().join("go");
    let script = format!(
        "echo \\\"the key is $TOKEN\\\"; echo \\\"$TOKEN\\\" >&2; while [ ! -e {} ]; do sleep 0.1; done; echo over",
        gate.display()
    );
    let text = format!(
        "[[check]]\nname = \"backup\"\nkind = \"command\"\nargv = [\"/bin/sh\", \"-c\", \"{script}\"]\nevery = \"1d\"\n\
         secrets = {{ TOKEN = \"backup\" }}\n"
    );
    fs::write(&file, text).unwrap();
    served.json(&["check", "add", file.to_str().unwrap()]).await;
    served.until(&["check", "show", "backup"], |check| check["isRunning"] == json!(true)).await;
    let reading = async || served.run(&["check", "log", "backup"]).await;
    while !reading().await.stdout.contains("the key is") {}
    assert!(reading().await.ends_with(0).stdout.contains("the key is ***\n***\n"));
    fs::write(&gate, "").unwrap();
    let whole = served.run(&["check", "log", "backup", "--follow"]).await.ends_with(0);
    assert!(whole.stdout.ends_with("over\n") && !whole.stdout.contains("hidden-word"), "{}", whole.stdout);
    let found = served.until(&["check", "show", "backup"], |check| check["state"] == "OK").await;
    assert_eq!(found["message"], json!("the key is ***"));
    let turn = served.json(&["check", "history", "backup"]).await[0].take();
    let of_run = served.run(&["check", "log", turn["runId"].as_str().unwrap()]).await.ends_with(0);
    assert_eq!(of_run.stdout, whole.stdout);
    assert!(!served.run(&["log", "export"]).await.stdout.contains("hidden-word"));
    let again = served.run(&["check", "run", "backup", "--wait"]).await.ends_with(0);
    assert!(
        again.stdout.contains("the key is ***\n***\nover\n"),
        "what it writes meanwhile: {}",
        again.stdout
    );
    served.json(&["check", "add", "--name", "page", "--url", &served.site.url("/")]).await;
    served.run(&["check", "run", "page", "--wait"]).await.ends_with(0);
    served.run(&["check", "log", "page"]).await.ends_with(5).says(&["kind `command`"]);
}

// CH-10: "412 alerts would have been 37", of the same rule that tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_on_what_is_recorded_before_it_is_kept() {
    let served = Served::start().await;
    let file = served.data().join("checks.toml");
    let text =
        "[[check]]\nname = \"beat\"\nkind = \"push\"\nevery = \"1d\"\nclear_after = 2\nfail_after = 2\n";
    fs::write(&file, text.replace("_after = 2", "_after = 1")).unwrap();
    served.json(&["check", "add", file.to_str().unwrap()]).await;
    mediary::provide_tls();
    let url = served.json(&["check", "push-url", "beat"]).await["url"].as_str().unwrap().to_owned();
    for said in ["", "/fail", "", "/fail", "/fail", "", "", "/fail"] {
        assert!(reqwest::get(format!("{url}{said}")).await.unwrap().status().is_success());
    }
    let tried = served
        .until(&["check", "backtest", "beat", "--fail-after", "2"], |tried| {
            tried[0]["asItIs"]["runCount"] == 8 && tried[0]["asItIs"]["recordedCount"] == 3
        })
        .await;
    let (as_it_is, proposed) = (&tried[0]["asItIs"], &tried[0]["asProposed"]);
    assert_eq!((&as_it_is["alertCount"], &proposed["alertCount"]), (&json!(3), &json!(1)), "{tried}");
    assert_eq!(as_it_is["alerts"][0]["endedAt"], Value::Null, "the last one is not over");
    assert!(proposed["alerts"][0]["endedAt"].is_string(), "{tried}");
    // Two in a row that are well come once.
    fs::write(&file, text).unwrap();
    let by_file = served.json(&["check", "backtest", "--file", file.to_str().unwrap()]).await;
    assert_eq!(by_file[0]["asProposed"]["alertCount"], json!(1));
    let told = served.run(&["check", "backtest", "beat"]).await.ends_with(0);
    assert!(told.stdout.contains("beat") && told.stdout.contains("BY THE OTHER"), "{}", told.stdout);
    served.run(&["check", "backtest", "nobody"]).await.ends_with(5).says(&["mediary check list"]);
    served
        .run(&["check", "backtest", "beat", "--fail-after", "3", "--fail-of", "2"])
        .await
        .ends_with(2)
        .says(&["fail_of"]);
}

// CH-17, issue 10 must hold 8: another monitor's is a plan first, and a second time changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_monitor_looks_at_is_taken_once_it_is_meant() {
    let served = Served::start().await;
    let file = served.data().join("kuma.json");
    let backup = json!({ "version": "1.23.11", "notificationList": [{ "name": "Mail", "config": "{\"smtp\":\"hidden-word\"}" }],
        "monitorList": [
            { "id": 1, "name": "Site", "type": "http", "url": served.site.url("/"), "method": "GET", "interval": 60, "maxretries": 1, "active": 1 },
            { "id": 2, "name": "Old", "type": "ping", "hostname": "127.0.0.1", "interval": 300, "active": 0 },
            { "id": 3, "name": "Game", "type": "steam", "hostname": "127.0.0.1", "interval": 60, "active": 1 },
            { "id": 4, "name": "Nothing", "type": "ping", "hostname": "a\u{7}b", "interval": 60, "active": 1 },
        ] });
    fs::write(&file, backup.to_string()).unwrap();
    let path = file.to_str().unwrap();
    let plan = served.run(&["check", "import", path, "--format", "json"]).await.ends_with(6);
    plan.says(&["--yes"]);
    assert!(
        plan.stdout.contains("Nothing"),
        "what the server would refuse stands in the plan: {}",
        plan.stdout
    );
    let nightly = ["schedule", "add", "nightly", "--every", "1d", "--", "check", "import", path, "--yes"];
    served.run(&nightly).await.ends_with(2).says(&["is several commands"]);
    assert_eq!(served.json(&["check", "list"]).await, json!([]));
    let told = served.json(&["check", "import", path, "--yes"]).await;
    assert_eq!(
        told["checks"].as_array().unwrap().iter().filter(|check| check["isAdded"] == json!(true)).count(),
        2
    );
    let left: Vec<&str> =
        told["leftOut"].as_array().unwrap().iter().map(|left| left["name"].as_str().unwrap()).collect();
    assert_eq!(left, ["Game", "Mail", "Nothing"]);
    assert!(!told.to_string().contains("hidden-word"));
    assert_eq!(served.json(&["check", "show", "Old"]).await["isPaused"], json!(true));
    assert_eq!(served.json(&["check", "show", "Site"]).await["failAfter"], json!(2));
    let again = served.json(&["check", "import", path, "--yes"]).await;
    assert_eq!(again["checks"], json!([]));
    served.run(&["check", "import", "-"]).await.ends_with(2);
}

/// The database of an Uptime Kuma that looked each minute of a year: the tables as its version 1.23 has them, as far as a monitor needs
/// them. The shop fails once a day for a minute, and has no patience; the nas fails as often and is tried again twice before anybody is
/// told, and is down for ten minutes each 100 days.
fn kuma_of_a_year(file: &Path) {
    let database = Connection::open(file).expect("a database can be made");
    database
        .execute_batch(
            "CREATE TABLE monitor (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(150), active BOOLEAN DEFAULT 1, user_id INTEGER,
                interval INTEGER DEFAULT 20, url TEXT, type VARCHAR(20), hostname VARCHAR(255), port INTEGER, keyword VARCHAR(255),
                maxretries INTEGER DEFAULT 0, ignore_tls BOOLEAN DEFAULT 0, upside_down BOOLEAN DEFAULT 0,
                maxredirects INTEGER DEFAULT 10, accepted_statuscodes_json TEXT DEFAULT '[\"200-299\"]', method TEXT DEFAULT 'GET',
                body TEXT, headers TEXT, basic_auth_user TEXT, basic_auth_pass TEXT, expiry_notification BOOLEAN DEFAULT 1,
                parent INTEGER, timeout DOUBLE DEFAULT 0);
             CREATE TABLE heartbeat (id INTEGER PRIMARY KEY AUTOINCREMENT, important BOOLEAN DEFAULT 0, monitor_id INTEGER NOT NULL,
                status SMALLINT NOT NULL, msg TEXT, time DATETIME NOT NULL, ping INTEGER, duration INTEGER DEFAULT 0,
                down_count INTEGER DEFAULT 0);
             CREATE INDEX monitor_time_index ON heartbeat (monitor_id, time);
             CREATE TABLE tag (id INTEGER PRIMARY KEY, name VARCHAR(255), color VARCHAR(255));
             CREATE TABLE monitor_tag (id INTEGER PRIMARY KEY, monitor_id INTEGER, tag_id INTEGER, value TEXT);
             CREATE TABLE notification (id INTEGER PRIMARY KEY, name VARCHAR(255), config TEXT);
             INSERT INTO monitor (name, type, url, interval, maxretries, expiry_notification, timeout) VALUES
                ('shop', 'http', 'https://shop.example/', 60, 0, 0, 48), ('nas', 'ping', NULL, 60, 2, 0, 0);
             UPDATE monitor SET hostname = 'nas.example' WHERE name = 'nas';
             INSERT INTO monitor (name, type, url, basic_auth_user, basic_auth_pass)
                VALUES ('vault', 'http', 'https://vault.example/', 'me', 'hidden-word');
             INSERT INTO tag VALUES (1, 'home', '#fff');
             INSERT INTO monitor_tag VALUES (1, 2, 1, '');
             INSERT INTO notification VALUES (1, 'Mail', '{\"password\": \"hidden-word\"}');
             WITH RECURSIVE minutes(minute) AS (SELECT 0 UNION ALL SELECT minute + 1 FROM minutes WHERE minute < 525599)
             INSERT INTO heartbeat (important, monitor_id, status, msg, time)
                SELECT minute % 1440 IN (700, 701), 1, minute % 1440 <> 700, 'it says', strftime('%Y-%m-%d %H:%M:%f', 1735689600 + 60 * minute, 'unixepoch')
                FROM minutes;
             WITH RECURSIVE minutes(minute) AS (SELECT 0 UNION ALL SELECT minute + 1 FROM minutes WHERE minute < 525599)
             INSERT INTO heartbeat (important, monitor_id, status, msg, time)
                SELECT minute % 144000 IN (100002, 100010), 2,
                    CASE WHEN minute % 144000 BETWEEN 100002 AND 100009 THEN 0
                         WHEN minute % 144000 IN (100000, 100001) OR minute % 1440 = 5 THEN 2 WHEN minute = 9 THEN 3 ELSE 1 END,
                    '', strftime('%Y-%m-%d %H:%M:%f', 1735689600 + 60 * minute, 'unixepoch')
                FROM minutes;",
        )
        .expect("it is SQL");
}

// Issue 10, must hold 8: a year of another monitor is read, its rules are tried on it, and nobody is told anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_kuma_is_taken_with_what_its_rules_make_of_it() {
    let served = Served::start().await;
    let file = served.data().join("kuma.db");
    kuma_of_a_year(&file);
    let path = file.to_str().unwrap();
    let plan = served.run(&["check", "import", path]).await.ends_with(6);
    assert!(plan.stdout.contains("TOLD THERE") && plan.stdout.contains("525600"), "{}", plan.stdout);
    assert_eq!(served.json(&["notification", "list"]).await, json!([]), "a plan tells nobody");
    let told = served.json(&["check", "import", path, "--yes"]).await;
    let [shop, nas] = told["checks"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!((&shop["name"], &nas["name"]), (&json!("shop"), &json!("nas")));
    let tried = |check: &Value| {
        let tried = &check["tried"];
        ["beatCount", "toldCount", "alertCount"].map(|field| tried[field].as_u64().unwrap())
    };
    assert_eq!(tried(shop), [525_600, 365, 365]);
    assert_eq!(
        tried(nas),
        [525_599, 3, 3],
        "what is tried again before anybody is told is no alert, and maintenance is no look"
    );
    assert_eq!(shop["tried"]["since"], json!("2025-01-01T00:00:00.000000Z"));
    assert_eq!(shop["tried"]["until"], json!("2025-12-31T23:59:00.000000Z"));
    let left = told["leftOut"].to_string();
    assert!(
        left.contains("vault") && left.contains("Mail") && !told.to_string().contains("hidden-word"),
        "{left}"
    );
    let nas = served.json(&["check", "show", "nas"]).await;
    assert_eq!((&nas["kind"], &nas["failAfter"]), (&json!("ping"), &json!(3)));
    assert_eq!(served.json(&["check", "export", "shop"]).await[0]["timeout"], json!("48s"));
    let notices = served.json(&["notification", "list"]).await;
    assert!(notices.as_array().unwrap().len() <= 2, "nobody is told of what is past: {notices}");

    // Another database is none of a monitor's.
    let other = served.data().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE film (id INTEGER)").unwrap();
    served
        .run(&["check", "import", other.to_str().unwrap()])
        .await
        .ends_with(2)
        .says(&["no database of Uptime Kuma"]);
}

// CH-13: a file is read when it is written, says what is wrong with its line, and loses nothing by that.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_files_is_looked_at_as_it_says() {
    let served = Served::start().await;
    let folder = served.data().join("checks");
    let check = |name: &str, more: &str| {
        format!("[[check]]\nname = \"{name}\"\nkind = \"disk\"\npath = \"/\"\nfree_min_percent = 0\n{more}\n")
    };
    let names = |checks: &Value| {
        let named = |check: &Value| check["name"].as_str().unwrap().to_owned();
        checks.as_array().unwrap().iter().map(named).collect::<Vec<_>>()
    };
    let until_names =
        async |wanted: &[&str]| served.until(&["check", "list"], |checks| names(checks) == wanted).await;
    let until_files = async |wanted: &str| {
        served.until(&["check", "files"], |files| files.to_string().contains(wanted)).await
    };
    let both = check("behind", "depends_on = [\"disk\"]") + &check("disk", "every = \"1h\"");
    fs::write(folder.join("home.toml"), &both).unwrap();
    until_names(&["behind", "disk"]).await;
    assert_eq!(served.json(&["check", "show", "disk"]).await["file"], json!("home.toml"));
    let there = "tcp://127.0.0.1:9";
    let other = ["check", "add", "--replace", "--name", "disk", "--url", there];
    served.run(&other).await.ends_with(3).says(&["home.toml", "change it there"]);

    // Half of a file, and one that is none: nothing is lost, and it is said where.
    fs::write(folder.join("home.toml"), "[[check]]\nname = \"disk\"\nkind = ").unwrap();
    until_files("line 3").await;
    until_names(&["behind", "disk"]).await;
    // What is there by command is not another thing because a file has that name.
    served.json(&["check", "add", "--name", "mine", "--url", there]).await;
    fs::write(folder.join("home.toml"), check("disk", "every = \"2h\"") + &check("mine", "")).unwrap();
    until_files("it is another one").await;
    until_names(&["disk", "mine"]).await;
    assert_eq!(served.json(&["check", "show", "disk"]).await["everySeconds"], json!(7_200));
    assert_eq!(served.json(&["check", "show", "mine"]).await["kind"], json!("tcp"));

    // A folder without anything is nobody's word.
    fs::remove_file(folder.join("home.toml")).unwrap();
    served.until(&["check", "files"], |files| *files == json!([])).await;
    until_names(&["disk", "mine"]).await;
    fs::write(folder.join("other.toml"), check("another", "")).unwrap();
    until_names(&["another", "mine"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_checked_says_what_to_do() {
    let served = Served::start().await;
    served.run(&["check", "add", "--url", "example.org"]).await.ends_with(2).says(&["tcp://nas:22"]);
    served.run(&["check", "add"]).await.ends_with(2).says(&["FILE"]);
    let file = served.data().join("checks.toml");
    fs::write(&file, "[[check]]\nname = 'a'\nkind = 'pong'\n").unwrap();
    served
        .run(&["check", "add", file.to_str().unwrap()])
        .await
        .ends_with(2)
        .says(&["checks.toml", "one of command"]);
    let told = "[[check]]\nname = 'a'\nkind = 'ping'\nhost = 'nas'\nnotify = ['nowhere']\n";
    fs::write(&file, told).unwrap();
    served
        .run(&["check", "add", file.to_str().unwrap()])
        .await
        .ends_with(3)
        .says(&["nowhere", "channel list"]);
    served
        .run(&["check", "add", "--url", "https://me:secret@example.org/"])
        .await
        .ends_with(3)
        .says(&["secret"]);
    served.json(&["check", "add", "--url", "https://example.org/"]).await;
    let other = ["check", "add", "--url", "https://example.org/x"];
    served.run(&other).await.ends_with(3).says(&["takes the place"]);
    served.json(&[&other[..], &["--replace"]].concat()).await;

    // What reports by itself has an address, which whoever has it may use.
    fs::write(&file, "[[check]]\nname = 'backup'\nkind = 'push'\nevery = '1d'\ngrace = '1h'\n").unwrap();
    served.json(&["check", "add", file.to_str().unwrap()]).await;
    let url = served.json(&["check", "push-url", "backup"]).await["url"].take();
    assert!(url.as_str().unwrap().contains("/ping/"), "{url}");
    served.run(&["check", "push-url", "example.org"]).await.ends_with(5).says(&["kind `push`"]);
    served.run(&["check", "run", "backup"]).await.ends_with(3).says(&["check show"]);
}
