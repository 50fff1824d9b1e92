//! Runs that are copies of one process do what a start of yt-dlp does.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use futures::future::join_all;
use mediary_schema::{FailureClass, job::Progress};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{
    super::ListEnd,
    Bench, assignment,
    case::{Case, PATIENCE, noise, read, slow},
    refreshing::list,
    site::{File, Site},
};
use crate::process::{Ended, EndedBy, Host, Line, Source, Spec, Status, Tool};

/// Starts a run and reads it to its end.
pub(super) async fn run(bench: &Bench, spec: &Spec, host: Option<&Host>) -> (Vec<Line>, Ended) {
    let spec = spec.clone().hosted_by(host.cloned());
    let mut running = bench.engine.runner.begin(&spec).await.unwrap();
    assert_eq!(running.is_hosted(), host.is_some(), "{}", running.command_line());
    let mut lines = Vec::new();
    while let Some(line) = timeout(PATIENCE, running.next_line()).await.expect("lines end") {
        lines.push(line);
    }
    (lines, timeout(PATIENCE, running.wait()).await.expect("it ends"))
}

pub(super) fn of(lines: &[Line], source: Source) -> Vec<&str> {
    lines.iter().filter(|line| line.source == source).map(|line| line.text.as_str()).collect()
}

pub(super) fn program(bench: &Bench) -> std::path::PathBuf {
    bench.engine.tools.find(Tool::YtDlp).unwrap()
}

pub(super) fn is_alive(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

pub(super) async fn until_dead(pid: u32) {
    let dead = async {
        while is_alive(pid) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, dead).await.expect("the process dies");
}

/// Adds the plugin that writes down what a run is.
pub(super) fn hold_up_a_mirror(bench: &Bench) {
    let package = bench.path().join("plugins/test/yt_dlp_plugins/extractor");
    fs::write(package.join("mirror.py"), include_str!("mirror.py")).unwrap();
}

pub(super) fn reflection(folder: &Path) -> Value {
    serde_json::from_slice(&read(&folder.join("mirror.json"))).unwrap()
}

pub(super) fn folder(bench: &Bench, name: &str) -> std::path::PathBuf {
    let folder = bench.path().join(name);
    fs::create_dir(&folder).unwrap();
    folder
}

fn without_numbers_after(word: &str, text: &str) -> String {
    let mut parts = text.split(word);
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.trim_start_matches(|character: char| character.is_ascii_digit()));
    std::iter::once(first.as_str()).chain(rest).collect::<Vec<_>>().join(word)
}

// invariant: A-9
#[tokio::test]
async fn a_copy_says_what_a_started_one_says() {
    let (mut bench, site) = (Bench::new().await, Site::start().await);
    // All of them: which are asked, and in which order, must not depend on what was loaded before.
    bench.engine.options.extractors = None;
    site.list("short", 3);
    site.page("/nothing", "text/html", "<html><title>T</title></html>");
    site.page("/film", "text/html", "<html><title>T</title><video src=\"/media/film.mp4\"></video></html>");
    let host = bench.engine.host.clone().unwrap();
    let cases: [(&[&str], String, i32); 6] = [
        (&["--verbose", "--flat-playlist", "--print", "%()j"], site.url("/list/short"), 0),
        (&["--verbose", "--simulate", "--print", "%()j"], site.url("/film"), 0),
        (&["--simulate"], site.url("/nothing"), 1),
        (&["--simulate"], site.url("/missing"), 1),
        (&["--list-extractors"], site.url("/film"), 0),
        (&["--no-such-option"], site.url("/film"), 2),
    ];
    // Twice, since the second time more is loaded already.
    for (arguments, url, code) in cases.iter().chain(&cases) {
        let spec = bench.engine.spec().unwrap().args(arguments.iter().copied()).operand(url);
        let (expected, started) = run(&bench, &spec, None).await;
        let (said, ended) = run(&bench, &spec, Some(&host)).await;
        let words = |lines: &[Line]| {
            let said =
                [of(lines, Source::Stdout), vec!["---"], of(lines, Source::Stderr)].concat().join("\n");
            // The moment at which it was asked, and as which browser: that is drawn by lot when it is loaded.
            without_numbers_after("Chrome/", &without_numbers_after("\"epoch\": ", &said))
        };
        assert!(!said.is_empty());
        assert_eq!(words(&said), words(&expected), "{arguments:?}");
        assert_eq!((ended.status, ended.by), (started.status, started.by), "{arguments:?}");
        assert_eq!(ended.status, Status::Exited(*code), "{arguments:?} {said:?}");
    }
    assert_eq!(host.runs(), 12);
}

// invariant: A-9
#[tokio::test]
async fn a_copy_is_what_a_started_one_is() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    hold_up_a_mirror(&bench);
    site.list("short", 1);
    let host = bench.engine.host.clone().unwrap();
    let attempt = assignment(None);
    let spec = |name: &str| {
        let spec = bench.engine.spec().unwrap().arg("--flat-playlist").operand(site.url("/list/short"));
        attempt.adopt(spec).working_dir(folder(&bench, name)).env("EXTRA", "ä =\n?")
    };
    run(&bench, &spec("started"), None).await;
    run(&bench, &spec("copied"), Some(&host)).await;
    let mut seen = ["started", "copied"].map(|name| reflection(&bench.path().join(name)));
    for seen in &mut seen {
        // Each its own.
        let run = seen["environment"]["MEDIARY_RUN"].take();
        assert!(run.as_str().unwrap().starts_with(&format!("{}-", std::process::id())), "{run}");
        assert!(seen["folder"].take().as_str().unwrap().starts_with(bench.path().to_str().unwrap()));
    }
    let [started, copied] = &mut seen;
    // By this it says what it had to load; nobody whom it starts gets it.
    assert_eq!((started["own"].take(), copied["own"].take()), (json!([]), json!(["pipe:"])));
    assert_eq!(copied, started);
    assert_eq!(copied["parent"], json!(std::process::id()), "we wait for it ourselves");
}

// invariant: J-7
#[tokio::test]
async fn a_copy_is_found_by_its_own_marks_and_shows_no_secrets() {
    let bench = Bench::new().await;
    let site = Site::start().await;
    site.file("film.mp4", slow(File::new("video/mp4", noise(4 << 20, 1))));
    let attempt = assignment(None);
    let spec = bench.engine.spec().unwrap().operand(site.url("/media/film.mp4?key=s3cret"));
    let spec = attempt.adopt(spec).working_dir(bench.path());
    let running = bench.engine.runner.begin(&spec).await.unwrap();
    assert!(running.is_hosted());
    let shown = |name: &str| {
        let bytes = fs::read(format!("/proc/{}/{name}", running.pid())).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let environment = shown("environ");
    let marks: BTreeMap<&str, &str> = environment
        .trim_end_matches('\0')
        .split('\0')
        .map(|variable| variable.split_once('=').unwrap())
        .collect();
    let log_id = bench.engine.runner.log_id().to_string();
    assert_eq!(marks.get("MEDIARY_LOG"), Some(&log_id.as_str()));
    assert!(marks["MEDIARY_RUN"].starts_with(&format!("{}-", std::process::id())), "{environment:?}");
    assert!(marks["MEDIARY_ATTEMPT"].starts_with("attempt-"), "{environment:?}");
    assert_eq!(marks.len(), 3, "not even the way out: {environment:?}");
    let arguments = shown("cmdline");
    assert!(arguments.contains("yt-dlp") && !arguments.contains("s3cret"), "{arguments}");
    assert_eq!(running.cancel().await.by, EndedBy::Cancelled);
}

// invariant: A-9
#[tokio::test]
async fn what_is_kept_by_copies_is_what_is_kept_by_started_ones() {
    let bytes = noise(1 << 20, 3);
    let mut kept = Vec::new();
    for hosted in [true, false] {
        let mut case = Case::of_video(
            "best",
            |site| json!({"id": "v1", "title": "Film", "url": site.url("/media/film.mp4"), "ext": "mp4"}),
        )
        .await;
        case.site.file("film.mp4", File::new("video/mp4", bytes.clone()));
        case.site.list("short", 3);
        let host = case.bench.engine.host.take().filter(|_| hosted);
        case.bench.engine.host.clone_from(&host);
        let extracted = case.extract().await.unwrap();
        let (downloaded, progress) = case.run().await.unwrap();
        assert!(read(&downloaded.path) == bytes);
        // Which stage is said last, and how fast it went, is a matter of time: yt-dlp says no more than two things a second.
        let Progress { done, total, .. } = progress;
        let output = fs::read_to_string(case.bench.path().join("output")).unwrap();
        let listed = list(&case.bench, case.site.url("/list/short")).await;
        assert_eq!(listed.end, ListEnd::Complete);
        let failed = list(&case.bench, case.site.url("/status/403")).await;
        assert_eq!(failed.failure().class, FailureClass::Forbidden);
        assert_eq!(host.map_or(0, |host| host.runs()), if hosted { 5 } else { 0 });
        let words = format!(
            "{extracted:#?}\n{downloaded:#?}\n{done} of {total:?}\n{listed:#?}\n{failed:#?}\n{output}"
        );
        let of_this = [case.bench.path().to_str().unwrap(), &case.site.base];
        let words = of_this.iter().fold(words, |words, own| words.replace(own, "HERE"));
        kept.push(without_numbers_after("Chrome/", &words));
    }
    assert_eq!(kept[0], kept[1]);
}

// invariant: A-5, J-7
#[tokio::test]
async fn a_cancel_takes_a_copy_and_whoever_it_started_within_two_seconds() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    hold_up_a_mirror(&bench);
    site.file("film.mp4", slow(File::new("video/mp4", noise(4 << 20, 1))));
    let spec = bench.engine.spec().unwrap().operand(site.url("/media/film.mp4")).working_dir(bench.path());
    let mut running = bench.engine.runner.begin(&spec.env("MIRROR_STARTS", "sleep 1000")).await.unwrap();
    assert!(running.is_hosted());
    let started = timeout(PATIENCE, running.next_line()).await.unwrap().unwrap();
    let grandchild: u32 = started.text.strip_prefix("started ").unwrap().parse().unwrap();
    let (copy, asked_at) = (running.pid(), Instant::now());
    let ended = running.cancel().await;
    assert!(asked_at.elapsed() < Duration::from_secs(2), "{:?}", asked_at.elapsed());
    assert_eq!((ended.status, ended.by), (Status::Signalled(15), EndedBy::Cancelled));
    assert!(ended.resources.cpu_ms > 0 && ended.resources.memory_peak_bytes > 10 << 20, "{ended:?}");
    assert!(!is_alive(copy) && !is_alive(grandchild));
    let host = bench.engine.host.as_ref().unwrap();
    assert!(is_alive(host.pid().unwrap()), "it goes on");
}

#[tokio::test]
async fn dropping_a_copy_kills_it() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.file("film.mp4", slow(File::new("video/mp4", noise(4 << 20, 1))));
    let spec = bench.engine.spec().unwrap().operand(site.url("/media/film.mp4")).working_dir(bench.path());
    let running = bench.engine.runner.begin(&spec).await.unwrap();
    let copy = running.pid();
    assert!(running.is_hosted() && is_alive(copy));
    drop(running);
    until_dead(copy).await;
}

// invariant: A-9
#[tokio::test]
async fn runs_at_the_same_time_share_nothing() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    hold_up_a_mirror(&bench);
    let host = bench.engine.host.clone().unwrap();
    let alone = folder(&bench, "alone");
    site.list("alone", 1);
    let spec = bench.engine.spec().unwrap().arg("--flat-playlist").operand(site.url("/list/alone"));
    run(&bench, &spec.working_dir(&alone), None).await;
    let handed_down = reflection(&alone)["handed_down"].take();
    let runs = (0..8).map(|number| {
        site.list(&format!("list{number}"), number + 1);
        let folder = folder(&bench, &format!("folder{number}"));
        let spec = bench.engine.spec().unwrap().args(["--flat-playlist", "--print", "%(title)s"]);
        let spec = spec.operand(site.url(&format!("/list/list{number}"))).working_dir(&folder);
        // Of every second one the extractors are others, too.
        let spec = if number % 2 == 0 { spec } else { spec.arg("--ies").arg("mediarytest:list") };
        let spec = spec.env("NUMBER", number.to_string());
        let (bench, host) = (&bench, &host);
        async move {
            let (lines, ended) = run(bench, &spec, Some(host)).await;
            assert!(ended.is_clean(), "{ended:?}");
            let titles = of(&lines, Source::Stdout).iter().map(ToString::to_string).collect::<Vec<_>>();
            (number, titles, reflection(&folder))
        }
    });
    let all = join_all(runs).await;
    for (number, titles, seen) in all {
        let expected: Vec<_> = (1..=number + 1).map(|row| format!("Video {row}")).collect();
        assert_eq!(titles, expected);
        assert_eq!(seen["environment"]["NUMBER"], json!(number.to_string()));
        assert!(seen["folder"].as_str().unwrap().ends_with(&format!("folder{number}")));
        assert_eq!(seen["handed_down"], handed_down, "no pipe of another");
    }
    assert_eq!(host.runs(), 8);
}
