//! What is set up goes out as a file, and such a file comes in as a plan.

use std::fs;

use serde_json::{Value, json};

use crate::{
    harness::{Ran, Served, eventually, run_reading},
    terminal::Terminal,
};

/// A file as browsers export it.
const COOKIES: &str = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n";

/// How much is recorded of what is set up.
async fn recorded(served: &Served) -> usize {
    let types = "setting,template,notification.rule_added,notification.rule_removed,notification.channel_added,bot.set,schedule.added,schedule.paused,check.defined,check.paused,playlist.follow_requested,playlist.keeping_changed";
    let events = served.json(&["log", "show", "--from", "1", "--types", types]).await;
    events.as_array().expect("an array").len()
}

/// Runs a line of words.
async fn line(served: &Served, words: &str) -> Ran {
    served.run(&words.split(' ').collect::<Vec<_>>()).await
}

/// Sets up something of each section, and answers the address of the list.
async fn set_up(served: &Served) -> String {
    let url = served.site.list_url("videos");
    run_reading(served.folder.path(), &["secret", "set", "tube", "--stdin"], COOKIES).await.ends_with(0);
    line(served, "project create kids").await.ends_with(0);
    line(served, "limit set --kind refresh=1 --total 5").await.ends_with(0);
    line(served, "quota set --project kids --at-once 1 --bytes-per-day 20000000000").await.ends_with(0);
    line(served, "job template save night --priority 2 --tag films").await.ends_with(0);
    line(served, "job template save plain").await.ends_with(0);
    let rule = "notification rule add many --on playlist.refresh_completed --when counts.added>5 --title new";
    line(served, rule).await.ends_with(0);
    let follow = "--keep new --quality 720p --filter title!=trailer --cookies tube --every 6h --wait";
    line(served, &format!("playlist follow {url} {follow}")).await.ends_with(0);
    let schedule =
        "schedule add nightly --cron @daily --zone Europe/Berlin --jitter 10m -- playlist refresh @last";
    line(served, schedule).await.ends_with(0);
    line(served, "schedule pause nightly").await.ends_with(0);
    // What holds for the trash, for sites, and for whoever is told something or asks.
    line(served, "trash set --keep-days 30 --limit 5000000000").await.ends_with(0);
    line(served, "layout set plex --sidecar nfo").await.ends_with(0);
    keep_secrets(served).await;
    let site = "site set www.example.org --per-hour 60 --pause 5s --cookies tube --cookies-when always --proxy exit --login club --rate-limit 2000000";
    line(served, site).await.ends_with(0);
    line(served, "site set 192.0.2.7 --unlimited").await.ends_with(0);
    let channel = "notification channel add phone --stdin --replace --from error --quiet 22:00-07:00 --zone Europe/Berlin --title {{title}}!";
    let channel: Vec<&str> = channel.split(' ').collect();
    run_reading(served.folder.path(), &channel, "ntfys://ntfy.sh/topic").await.ends_with(0);
    let rule = "notification rule add phoned --on playlist.refresh_failed --title x --channel phone";
    line(served, rule).await.ends_with(0);
    line(served, "notification rule remove download-done").await.ends_with(0);
    line(
        served,
        "bot set --token-secret telegram --allow 123456789 5 --per-minute 7 --api http://127.0.0.1:9",
    )
    .await
    .ends_with(0);
    // By its name before what it depends on.
    fs::write(served.folder.path().join("checks.toml"), CHECKS).expect("a file can be written");
    line(served, "check add checks.toml").await.ends_with(0);
    line(served, "check pause backup").await.ends_with(0);
    fs::write(served.folder.path().join("small.toml"), SMALL).expect("a file can be written");
    line(served, "transcode profile save small small.toml").await.ends_with(0);
    line(served, &format!("playlist follow {url} --transcode small")).await.ends_with(0);
    url
}

/// Rules by which files are made.
const SMALL: &str = r#"
container = "mkv"
about = "For the train."
keep_audio = ["ger"]

[video]
codec = "hevc"
crf = 30
lines_max = 480
hdr = "map"
preset = "fast"

[audio]
codec = "opus"
channels_max = 2
"#;

/// What is looked at: a program with a secret, which depends on a host.
const CHECKS: &str = r#"
[[check]]
name = "switch"
kind = "file_age"
path = "/nowhere"
max_age = "1d"
every = "1d"

[[check]]
name = "backup"
kind = "command"
argv = ["/nowhere/check", "--days", "1"]
secrets = { TOKEN = "club" }
cron = "0 3 * * *"
zone = "Europe/Berlin"
fail_after = 2
notify = ["phone"]
depends_on = ["switch"]
links = { Runbook = "https://wiki.example.org/" }
"#;

/// The secrets that a file names, besides those of the test.
async fn keep_secrets(served: &Served) {
    for (name, value) in [
        ("exit", "http://me:needle-1@proxy.example:3128"),
        ("club", "anna\nneedle-2"),
        ("telegram", "1:needle-3"),
        ("channel phone", "ntfys://ntfy.sh/needle-4"),
    ] {
        run_reading(served.folder.path(), &["secret", "set", name, "--stdin"], value).await.ends_with(0);
    }
}

/// The rows of an answer: name, change, outcome.
fn told(rows: &Value) -> Vec<(&str, &str, Option<&str>)> {
    let rows = rows.as_array().expect("an array").iter();
    rows.map(|row| {
        (
            row["name"].as_str().expect("a name"),
            row["change"].as_str().expect("a change"),
            row["outcome"].as_str(),
        )
    })
    .collect()
}

// invariant: U-1
// PL-22, PL-13: exported, imported into a server that has nothing, and exported again it is the same bytes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_goes_out_as_a_file_and_comes_in_as_a_plan() {
    let (first, other) = (Served::start().await, Served::start().await);
    let url = set_up(&first).await;
    let written = first.json(&["export", "setup.toml"]).await;
    assert_eq!((&written["rowCount"], &written["leftOut"]), (&json!(18), &json!([])), "{written}");
    let named = json!(["channel phone", "club", "exit", "telegram", "tube"]);
    assert_eq!(written["secrets"], named, "{written}");
    let text = fs::read_to_string(first.folder.path().join("setup.toml")).unwrap();
    let printed = line(&first, "export -").await.ends_with(0).stdout;
    assert_eq!(printed, text);
    for said in
        ["format = 1\n", "[settings.quotas.kids]", "cookies = \"tube\"", "every = \"6h\"", "paused = true"]
    {
        assert!(text.contains(said), "{said} is missing in:\n{text}");
    }
    assert!(
        text.contains(&format!("follow = \"{url}\"")),
        "a schedule names the list by its address:\n{text}"
    );
    assert!(!text.contains("playlist-") && !text.contains("secret-"), "no id of this server:\n{text}");
    assert!(!text.contains("needle") && !text.contains("ntfy"), "and no secret:\n{text}");
    assert!(text.contains("removed_rules = [\"download-done\"]"), "{text}");
    assert!(
        text.contains("[profiles.small]")
            && text.contains("transcode = \"small\"")
            && text.contains("lines_max = 480"),
        "{text}"
    );
    assert!(text.contains("depends_on = [\"switch\"]") && text.contains("[checks.backup]"), "{text}");
    let rules = line(&first, "export - --only rules").await.ends_with(0).stdout;
    assert!(
        rules.starts_with("format = 1\nremoved_rules = [\"download-done\"]\n\n[rules.many]")
            && !rules.contains("night"),
        "{rules}"
    );

    // What the server lacks is told with its line before anything is done.
    fs::write(other.folder.path().join("setup.toml"), &text).unwrap();
    let lacking = line(&other, "import setup.toml --yes").await.ends_with(5);
    lacking.says(&[
        "project called \"kids\" (line ",
        "also: there is no secret called \"tube\" (line ",
        "\"channel phone\"",
        "\"exit\"",
        "\"telegram\"",
    ]);
    assert_eq!(line(&other, "export - --only templates").await.ends_with(0).stdout, "format = 1\n");
    run_reading(other.folder.path(), &["secret", "set", "tube", "--stdin"], COOKIES).await.ends_with(0);
    keep_secrets(&other).await;
    line(&other, "project create kids").await.ends_with(0);

    let before = recorded(&other).await;
    let plan = line(&other, "import setup.toml --format json").await.ends_with(6).json();
    let expected = [
        ("limits", "CHANGE", None),
        ("trash", "CHANGE", None),
        ("layout", "CHANGE", None),
        ("kids", "CREATE", None),
        ("night", "CREATE", None),
        ("plain", "CREATE", None),
        ("small", "CREATE", None),
        ("phone", "CREATE", None),
        ("many", "CREATE", None),
        ("phoned", "CREATE", None),
        ("download-done", "CHANGE", None),
        ("192.0.2.7", "CREATE", None),
        ("www.example.org", "CREATE", None),
        ("telegram", "CREATE", None),
        // What others depend on comes first.
        ("switch", "CREATE", None),
        ("backup", "CREATE", None),
        (url.as_str(), "CREATE", None),
        ("nightly", "CREATE", None),
    ];
    assert_eq!(told(&plan), expected, "{plan}");
    let follow = &plan[16];
    assert_eq!((&follow["section"], &follow["jobCount"]), (&json!("follows"), &json!(1)), "{plan}");
    assert_eq!(recorded(&other).await, before, "nothing was done");

    let done = line(&other, "import setup.toml --yes --format json").await.ends_with(0).json();
    assert!(told(&done).iter().all(|(_, _, outcome)| *outcome == Some("DONE")), "{done}");
    other.until(&["playlist", "show", "@last"], |list| !list["refreshedAt"].is_null()).await;
    assert_eq!(line(&other, "export -").await.ends_with(0).stdout, text);
    // Once more changes nothing.
    let head = recorded(&other).await;
    let again = line(&other, "import setup.toml --yes --format json").await.ends_with(0).json();
    assert!(told(&again).iter().all(|(_, change, outcome)| (*change, *outcome) == ("KEEP", None)), "{again}");
    assert_eq!(recorded(&other).await, head);
}

// invariant: U-2
#[tokio::test(flavor = "multi_thread")]
async fn an_import_takes_nothing_away_and_changes_what_the_file_says_otherwise() {
    let served = Served::start().await;
    let url = set_up(&served).await;
    let text = format!(
        "format = 1\n[settings.limits]\ntotal = 9\n[templates.night]\npriority = 7\n[templates.new]\n\
         [follows.\"{url}\"]\nquality = \"audio\"\n[schedules.nightly]\ncron = \"@daily\"\nzone = \"Europe/Berlin\"\n\
         jitter = \"10m\"\ncommand = \"playlist.refresh\"\narguments.playlist_id.follow = \"{url}\"\n\
         [checks.switch]\nkind = \"file_age\"\npath = \"/nowhere\"\nmax_age = \"24h\"\nevery = \"24h\"\n\
         [checks.backup]\nkind = \"command\"\nargv = [\"/nowhere/check\"]\n"
    );
    let done = run_reading(served.folder.path(), &["import", "-", "--yes", "--format", "json"], &text).await;
    let done = done.ends_with(0).json();
    let expected = [
        ("limits", "CHANGE", Some("DONE")),
        ("new", "CREATE", Some("DONE")),
        ("night", "CHANGE", Some("DONE")),
        ("backup", "CHANGE", Some("DONE")),
        ("switch", "KEEP", None),
        (url.as_str(), "CHANGE", Some("DONE")),
        ("nightly", "CHANGE", Some("DONE")),
    ];
    assert_eq!(told(&done), expected, "{done}");
    let now = line(&served, "export -").await.ends_with(0).stdout;
    for said in [
        "total = 9",
        "refresh = 1",
        "[templates.plain]",
        "[rules.many]",
        "quality = \"audio\"",
        "cookies = \"tube\"",
    ] {
        assert!(now.contains(said), "{said} is missing in:\n{now}");
    }
    assert!(!now.contains("paused"), "the file says that it is not:\n{now}");
    // A file without a word takes nothing away.
    let empty =
        run_reading(served.folder.path(), &["import", "-", "--yes"], "format = 1\n").await.ends_with(0);
    assert!(empty.stdout.contains("nothing is otherwise"), "{}", empty.stdout);
    assert_eq!(line(&served, "export -").await.ends_with(0).stdout, now);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_written_over_by_force_alone() {
    let served = Served::start().await;
    let file = served.folder.path().join("setup.toml");
    fs::write(&file, "mine").unwrap();
    line(&served, "export setup.toml").await.ends_with(2).says(&["already", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    line(&served, "export setup.toml --force --only templates").await.ends_with(0);
    assert_eq!(fs::read_to_string(&file).unwrap(), "format = 1\n");
    assert!(!file.with_file_name("setup.toml.part").exists());
    // What is no file takes it as it comes.
    line(&served, "export /dev/null").await.ends_with(0);

    line(&served, "collection create Road").await.ends_with(0);
    line(&served, "collection export Road setup.toml").await.ends_with(2).says(&["already", "--force"]);
    line(&served, "collection export Road setup.toml --force").await.ends_with(0);
    assert!(fs::read_to_string(&file).unwrap().starts_with("#EXTM3U"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_would_do_is_shown_to_whoever_asks_and_to_whoever_says_no() {
    let served = Served::start().await;
    let before = recorded(&served).await;
    let text = "format = 1\n[templates.night]\npriority = 2\n";
    fs::write(served.folder.path().join("setup.toml"), text).unwrap();
    for words in ["import setup.toml --dry-run", "import setup.toml --dry-run --yes"] {
        let plan = line(&served, &format!("{words} --format json")).await.ends_with(0).json();
        assert_eq!(told(&plan), [("night", "CREATE", None)], "{plan}");
        let shown = line(&served, words).await.ends_with(0).stdout;
        assert!(shown.contains("would be created"), "{shown}");
    }
    let mut import = Terminal::start(served.folder.path(), &["import", "setup.toml", "--format", "json"]);
    import.shows(&["Do it? [y/N]"]).await;
    import.press("n\n");
    assert_eq!(import.end().await, Some(6));
    eventually("the plan is printed", || import.text().contains("\"change\": \"CREATE\"")).await;
    assert_eq!(recorded(&served).await, before, "nothing was done");
}

// invariant: U-2
#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_done_is_told_with_its_line_and_nothing_is_done() {
    let served = Served::start().await;
    let before = recorded(&served).await;
    let tags = (0..17).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(", ");
    let cases: [(&str, i32, &[&str]); 14] = [
        ("[templates.a]", 2, &["it says no format"]),
        ("format = 1\n[templates.a]\nprio = 1", 2, &["line 3", "unknown field `prio`"]),
        ("format = 1\n[templates.a]\n[templates.worn]\ntags = [TAGS]", 3, &["line 2", "template \"worn\": "]),
        ("format = 1\n[profiles.mine]\ncontainer = \"box\"", 2, &["line 3", "box"]),
        (
            "format = 1\n[profiles.web]\ncontainer = \"mp4\"\n[profiles.web.audio]\ncodec = \"aac\"",
            3,
            &["line 2", "ships with the program"],
        ),
        ("format = 1\n[settings.limits.kinds]\ndance = 1", 2, &["line 2", "no kind of work \"dance\""]),
        ("format = 1\n[rules.x]\nevent = \"playlist.exploded\"\nresolve = true", 3, &["line 2, x of rules"]),
        ("format = 1\n[follows.\"ftp://example.org/\"]", 3, &["line 2"]),
        (
            "format = 1\n[follows.\"https://example.org/\"]\ncookies = \"none\"",
            5,
            &["secret called \"none\" (line 2"],
        ),
        (
            "format = 1\n[schedules.a]\nevery = \"1h\"\ncommand = \"playlist.refresh\"\n\
             arguments.playlist_id.follow = \"https://example.org/\"",
            5,
            &["list called \"https://example.org/\" (line 2", "follow it first"],
        ),
        ("format = 1\n[checks.a]\nkind = \"pong\"", 2, &["line 2, a of checks", "is no kind"]),
        (
            "format = 1\n[checks.a]\nkind = \"push\"\ndepends_on = [\"b\"]",
            5,
            &["check called \"b\" (line 2", "say it in the file"],
        ),
        (
            "format = 1\n[checks.a]\nkind = \"push\"\ndepends_on = [\"b\"]\n[checks.b]\nkind = \"push\"\ndepends_on = [\"a\"]",
            5,
            &["check called \"b\" (line 2"],
        ),
        (
            "format = 1\n[templates.good]\n[schedules.a]\nevery = \"1h\"\ncommand = \"token.create\"",
            3,
            &["line 3, a of schedules"],
        ),
    ];
    for (text, code, said) in cases {
        let text = text.replace("TAGS", &tags);
        let ran = run_reading(served.folder.path(), &["import", "-", "--yes"], &text).await;
        assert_eq!(ran.code, code, "{text}\n{}", ran.stderr);
        ran.says(said);
    }
    assert_eq!(recorded(&served).await, before);
}
