use super::*;

const TEXT: &str = "format = 1
removed_rules = [\"download-done\"]

[settings.limits]
total = 4

[settings.limits.kinds]
download = 2

[settings.quotas.kids]
jobs_per_day = 9

[settings.trash]
keep_days = 30
limit_bytes = 1000000

[settings.layout]
name = \"plex\"
sidecars = [\"nfo\"]

[templates.day]

[templates.\"night, films\"]
priority = 2
batch = \"films\"
tags = [\"4k\", \"films\"]

[profiles.sound]
container = \"opus\"
subtitles = \"keep\"

[profiles.sound.audio]
codec = \"opus\"
kbits_per_channel = 80

[channels.phone]
secret = \"channel phone\"
from = \"error\"
quiet = \"22:00-07:00\"
zone = \"Europe/Berlin\"

[rules.blocked]
event = \"download.failed\"
severity = \"warning\"
title = \"{{ it }}\"

[[rules.blocked.when]]
field = \"failure.class\"
one_of = [\"geo\"]

[rules.done]
event = \"download.completed\"
resolve = true

[sites.\"www.example.org\"]
per_hour = 60
login = \"club\"
login_when = \"always\"
proxy = \"exit\"
job_bytes_per_second = 2000000

[bot]
secret = \"telegram\"
allow = [123456789]
per_minute = 20

[checks.nas]
every = \"1m\"
host = \"nas\"
kind = \"ping\"

[follows.\"https://example.org/feed.xml\"]
keep = \"new\"
quality = \"best\"
filter = [\"title!=trailer\"]
cookies = \"tube\"
cookies_when = \"needed\"
every = \"6h\"

[schedules.nightly]
cron = \"30 2 * * *\"
zone = \"Europe/Berlin\"
jitter = \"10m\"
paused = true
command = \"playlist.refresh\"

[schedules.nightly.arguments.playlist_id]
follow = \"https://example.org/feed.xml\"
";

fn parsed(text: &str) -> Result<(Setup, Lines), String> {
    parse(text, Path::new("f.toml")).map_err(|failure| failure.to_string())
}

#[test]
fn a_file_says_what_it_was_made_of() {
    let (setup, lines) = parsed(TEXT).unwrap();
    assert_eq!(setup.text().unwrap(), TEXT);
    assert_eq!(setup.sections(), Section::ALL);
    assert_eq!(setup.row_count(), 16);
    let named: Vec<String> = setup.secrets().into_iter().collect();
    assert_eq!(named, ["channel phone", "club", "exit", "telegram", "tube"]);
    for (path, line) in [
        (&["removed_rules"][..], 2),
        (&["settings", "limits"], 4),
        (&["settings", "quotas", "kids"], 10),
        (&["settings", "trash"], 13),
        (&["settings", "layout"], 17),
        (&["templates", "night, films"], 23),
        (&["profiles", "sound"], 28),
        (&["channels", "phone"], 36),
        (&["rules", "done"], 51),
        (&["sites", "www.example.org"], 55),
        (&["bot"], 62),
        (&["checks", "nas"], 67),
        (&["follows", "https://example.org/feed.xml"], 72),
        (&["schedules", "nightly"], 80),
    ] {
        assert_eq!(lines.of_row(path), line, "{path:?}");
    }
    assert_eq!(parsed("format = 1").unwrap().0, Setup::nothing());
}

#[test]
fn what_nobody_knows_is_refused_with_its_line_and_not_left_out() {
    for (text, line) in [
        ("", "line 1: it says no format"),
        ("format = 2\n[stars.x]", "line 1: its format is 2"),
        ("format = 1\n[templates.night]\npriority = 12", "line 3"),
        ("format = 1\n[templates.night]\nprio = 2", "line 3"),
        ("format = 1\n[template.night]", "line 2"),
        ("format = 1\n[templates.\"\"]", "line 2"),
        ("format = 1\n[follows.\"https://example.org/\"]\nkeep = \"some\"", "line 3"),
        ("format = 1\n[schedules.a]\ncommand = \"file.verify\"\nevery = \"soon\"", "line 4"),
        ("format = 1\n[rules.a]\ntitle = \"x\"", "line 2"),
    ] {
        let refused = parsed(text).unwrap_err();
        assert!(refused.contains(line), "{text}: {refused}");
    }
}

#[test]
fn other_sections_than_those_that_are_wanted_are_left_out() {
    let (mut setup, _) = parsed(TEXT).unwrap();
    setup.keep(&[Section::Rules]);
    assert_eq!((setup.sections(), setup.row_count()), (vec![Section::Rules], 3));
}
