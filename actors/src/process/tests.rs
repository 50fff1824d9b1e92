//! Real children, mostly of `/bin/sh`.

use std::{path::PathBuf, time::Duration};

use mediary_schema::{AttemptId, FailureClass, IdSource};
use rustix::process::{Pid, test_kill_process};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::*;

mod order;
mod orphans;
mod owners;
mod secrets;

/// Longer than anything here takes on a busy machine; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(30);

fn runner() -> Runner {
    Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()))
}

fn shell(script: &str) -> Spec {
    Spec::new("sh", "/bin/sh").arg("-c").arg(script)
}

async fn lines(running: &mut Running) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(line) = timeout(PATIENCE, running.next_line()).await.expect("lines end") {
        all.push(line.text);
    }
    all
}

async fn next_pid(running: &mut Running) -> Pid {
    let line = timeout(PATIENCE, running.next_line()).await.expect("a line comes").expect("a line");
    Pid::from_raw(line.text.trim().parse().expect("the line is a pid")).expect("a pid isn't zero")
}

async fn end(running: Running) -> Ended {
    timeout(PATIENCE, running.wait()).await.expect("it ends")
}

/// A killed process stays visible until whoever inherits it has reaped it.
fn is_alive(pid: Pid) -> bool {
    test_kill_process(pid).is_ok() && proc_fs::look(pid).is_some_and(|seen| !seen.ended)
}

async fn until_dead(pid: Pid) {
    let dead = async {
        while is_alive(pid) {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, dead).await.expect("the process dies");
}

#[tokio::test]
async fn lines_of_both_pipes_arrive_and_the_exit_is_known() {
    let mut running = runner().spawn(&shell("printf 'a\\rb\\nc'; echo d >&2; exit 3")).unwrap();
    let mut all = lines(&mut running).await;
    all.sort();
    assert_eq!(all, ["a", "b", "c", "d"]);
    let ended = end(running).await;
    assert_eq!((ended.status, ended.by), (Status::Exited(3), EndedBy::Itself));
    assert!(!ended.is_clean());
    assert_eq!(ended.exit_code(), Some(3));
}

// invariant: A-6
#[tokio::test]
async fn both_pipes_are_drained_when_nobody_reads() {
    // 4 MiB on each, a pipe holds 64 KiB.
    let script = "i=0; while [ $i -lt 64 ]; do head -c 65536 /dev/zero | tr '\\0' 'x'; echo; \
                  head -c 65536 /dev/zero | tr '\\0' 'y' >&2; echo >&2; i=$((i+1)); done; echo last";
    let ended = end(runner().spawn(&shell(script)).unwrap()).await;
    assert!(ended.is_clean(), "{ended:?}");
    assert!(ended.output_tail.contains(&"last".to_owned()), "both were read to their end");
}

#[tokio::test]
async fn a_slow_reader_slows_the_child_and_is_not_taken_for_its_silence() {
    let script =
        "i=0; while [ $i -lt 20000 ]; do echo line-$i-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; i=$((i+1)); done";
    let limit = Duration::from_millis(300);
    let mut running = runner().spawn(&shell(script).no_progress(limit)).unwrap();
    let first = timeout(PATIENCE, running.next_line()).await.unwrap().unwrap();
    assert_eq!(first.text, "line-0-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    // Three times the limit without a read: the child waits for us meanwhile.
    assert!(timeout(limit * 3, running.canceller().ended()).await.is_err(), "it was ended");
    let rest = lines(&mut running).await;
    assert_eq!(rest.len(), 19_999, "nothing is lost");
    assert!(end(running).await.is_clean());
}

#[tokio::test]
async fn a_child_that_is_not_read_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        "i=0; while [ $i -lt 5000 ]; do echo line-$i; i=$((i+1)); done; echo > done; exec sleep 1000";
    let running = runner().spawn(&shell(script).working_dir(folder.path())).unwrap();
    running.ignore_lines();
    let done = async {
        while !folder.path().join("done").exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, done).await.expect("it is not held up");
    assert_eq!(running.cancel().await.by, EndedBy::Cancelled);
}

// invariant: A-5
#[tokio::test]
async fn a_cancel_works_while_the_reader_is_stuck() {
    let running = runner().spawn(&shell("while :; do echo flood; done")).unwrap();
    let canceller = running.canceller();
    let ended = timeout(PATIENCE, canceller.cancel()).await.expect("it ends");
    assert_eq!((ended.status, ended.by), (Status::Signalled(15), EndedBy::Cancelled));
    drop(running);
}

// invariant: J-7, A-5
#[tokio::test]
async fn a_cancel_takes_the_whole_group_even_if_it_ignores_term() {
    let script =
        "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $!; wait; while :; do sleep 1; done";
    let mut running = runner().spawn(&shell(script).grace(Duration::from_millis(200))).unwrap();
    let grandchild = next_pid(&mut running).await;
    let ended = timeout(PATIENCE, running.cancel()).await.expect("it ends");
    assert_eq!((ended.status, ended.by), (Status::Signalled(9), EndedBy::Cancelled));
    assert!(!is_alive(grandchild), "the end is known only when everybody is gone");
}

#[tokio::test]
async fn term_leaves_the_grace_time_for_an_orderly_end() {
    let mut running = runner()
        .spawn(&shell("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done"))
        .unwrap();
    timeout(PATIENCE, running.next_line()).await.unwrap().unwrap();
    let ended = timeout(PATIENCE, running.cancel()).await.unwrap();
    assert_eq!((ended.status, ended.by), (Status::Exited(7), EndedBy::Cancelled));
    // The shell may also say that its `sleep` was terminated.
    assert!(ended.output_tail.contains(&"bye".to_owned()), "{ended:?}");
}

// invariant: J-7
#[tokio::test]
async fn whoever_outlives_the_child_is_ended_even_in_a_session_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let script = "setsid sh -c 'echo $$; echo > ready; while :; do sleep 1; done' & sleep 1000 & echo $!; \
                  until [ -s ready ]; do sleep 0.01; done";
    let spec = shell(script).working_dir(folder.path()).grace(Duration::from_millis(200));
    let mut running = runner().spawn(&spec).unwrap();
    let (first, second) = (next_pid(&mut running).await, next_pid(&mut running).await);
    let ended = end(running).await;
    assert!(ended.is_clean(), "the child itself ended well: {ended:?}");
    assert!(!is_alive(first) && !is_alive(second));
}

// Edge C7: that somebody lingers is no reason to read what every process of the machine is, fifty times a second.
#[tokio::test]
async fn who_lingers_is_looked_at_and_nobody_else() {
    let script = "(trap '' TERM; while :; do sleep 1; done) & echo $!; sleep 0.05";
    let mut running = runner().spawn(&shell(script).grace(Duration::from_millis(600))).unwrap();
    let lingering = next_pid(&mut running).await;
    let ended = end(running).await;
    assert!(!is_alive(lingering));
    let walks = proc_fs::WALKS.load(std::sync::atomic::Ordering::SeqCst);
    // When the leader has ended, once those who are known are gone (a `sleep` first, it may be), and each second.
    assert!(walks <= 4 + ended.elapsed.as_secs(), "{walks} in {:?}", ended.elapsed);
}

// invariant: J-7
#[tokio::test]
async fn dropping_the_handle_kills_the_group() {
    let mut running = runner().spawn(&shell("sleep 1000 & echo $!; wait")).unwrap();
    let child = Pid::from_raw(running.pid() as i32).unwrap();
    let grandchild = next_pid(&mut running).await;
    drop(running);
    until_dead(child).await;
    until_dead(grandchild).await;
}

// invariant: A-6
#[tokio::test]
async fn silence_and_age_end_a_child() {
    let silent =
        runner().spawn(&shell("echo once; sleep 1000").no_progress(Duration::from_millis(200))).unwrap();
    let ended = end(silent).await;
    assert_eq!(ended.by, EndedBy::NoProgress);
    let failure = ended.forced("sh").expect("it was forced");
    assert_eq!((failure.class, failure.exit_code), (FailureClass::Stalled, None));
    assert_eq!(failure.output, ["once"]);

    let script = "while :; do echo alive; sleep 0.05; done";
    let limits = |spec: Spec| spec.no_progress(Duration::from_secs(20)).deadline(Duration::from_millis(400));
    let ended = end(runner().spawn(&limits(shell(script))).unwrap()).await;
    assert_eq!(ended.by, EndedBy::Deadline);
}

#[tokio::test]
async fn signs_of_life_put_silence_off() {
    let script = "for i in 1 2 3 4 5 6; do printf .; sleep 0.2; done";
    let ended = end(runner().spawn(&shell(script).no_progress(Duration::from_secs(1))).unwrap()).await;
    assert!(ended.is_clean(), "bytes without a line end are a sign, too: {ended:?}");
}

// The join of a long film says nothing for many minutes.
#[tokio::test]
async fn a_file_that_grows_is_a_sign_of_life() {
    let folder = tempfile::tempdir().unwrap();
    let limit = Duration::from_millis(800);
    let grow = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf x >> film; sleep 0.2; done";
    let spec = |script: &str| shell(script).working_dir(folder.path()).no_progress(limit);
    let ended = end(runner().spawn(&spec(grow).writes_into(folder.path())).unwrap()).await;
    assert!(ended.is_clean(), "{ended:?}");
    let ended = end(runner().spawn(&spec(grow)).unwrap()).await;
    assert_eq!(ended.by, EndedBy::NoProgress, "it is only the file that says so");
    let still = "printf x >> film; sleep 1000";
    let ended = end(runner().spawn(&spec(still).writes_into(folder.path())).unwrap()).await;
    assert_eq!(ended.by, EndedBy::NoProgress);
}

#[tokio::test]
async fn a_stop_token_ends_a_driven_child() {
    let stop = CancellationToken::new();
    let running = runner().spawn(&shell("echo ready; sleep 1000")).unwrap();
    let driven = running.drive(&stop, |line| {
        assert_eq!(line.text, "ready");
        stop.cancel();
    });
    let ended = timeout(PATIENCE, driven).await.unwrap();
    assert_eq!(ended.by, EndedBy::Cancelled);
    assert_eq!(ended.forced("sh").map(|failure| failure.class), Some(FailureClass::WorkerLost));
}

#[tokio::test]
async fn a_stop_token_ends_a_child_that_closed_its_pipes() {
    let stop = CancellationToken::new();
    let running = runner().spawn(&shell("exec >&- 2>&-; sleep 1000")).unwrap();
    let driven = running.drive(&stop, |_| ());
    tokio::pin!(driven);
    assert!(timeout(Duration::from_millis(300), &mut driven).await.is_err(), "it works without pipes");
    stop.cancel();
    assert_eq!(timeout(PATIENCE, driven).await.unwrap().by, EndedBy::Cancelled);
}

#[tokio::test]
async fn processor_time_and_memory_are_known() {
    let script = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let ended = end(runner().spawn(&shell(script)).unwrap()).await;
    assert!(ended.resources.cpu_ms >= 10, "{ended:?}");
    assert!((100_000..1 << 30).contains(&ended.resources.memory_peak_bytes), "{ended:?}");
}

// invariant: S-2
#[tokio::test]
async fn the_environment_is_clean_and_marked() {
    let log_id = IdSource::system().next();
    let variables =
        [("PATH", "/bin:/usr/bin"), ("HOME", "/nowhere"), ("SECRET_TOKEN", "x"), ("LANG", "de_DE")];
    let environment = Environment::of(variables.map(|(name, value)| (name.into(), value.into())));
    let runner = Runner::new(log_id, environment);
    let attempt = AttemptId::from_uuid(Uuid::from_u128(7));
    let spec = Spec::new("env", "/usr/bin/env").env("EXTRA", "yes").owner(Some(attempt.into()));
    let mut running = runner.spawn(&spec).unwrap();
    let mut all = lines(&mut running).await;
    all.sort();
    let run = all.iter().position(|line| line.starts_with("MEDIARY_RUN=")).expect("the run is marked");
    all.remove(run);
    let expected = [
        "EXTRA=yes".to_owned(),
        "HOME=/nowhere".to_owned(),
        "LANG=C.UTF-8".to_owned(),
        format!("MEDIARY_ATTEMPT={attempt}"),
        format!("MEDIARY_LOG={log_id}"),
        "PATH=/bin:/usr/bin".to_owned(),
    ];
    assert_eq!(all, expected);
}

// invariant: E-6
#[tokio::test]
async fn operands_can_not_become_options() {
    let spec = Spec::new("sh", "/usr/bin/printf").operand("%s\n").operand("--help").operand("-x");
    assert_eq!(spec.command_line(), "/usr/bin/printf -- '%s\n' --help -x");
    let mut running = runner().spawn(&spec).unwrap();
    assert_eq!(lines(&mut running).await, ["--help", "-x"]);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let error = runner().spawn(&Spec::new("yt-dlp", "/nowhere/yt-dlp")).unwrap_err();
    let failure = error.failure();
    assert_eq!(failure.class, FailureClass::ToolMissing);
    assert_eq!(failure.message, "the program yt-dlp is not installed");

    let error = runner().spawn(&shell("true").working_dir("/nowhere")).unwrap_err();
    assert!(
        matches!(&error, Error::WorkingDir { path, .. } if path == &PathBuf::from("/nowhere")),
        "{error:?}"
    );
    assert_eq!(error.failure().class, FailureClass::Storage);

    let error = runner().spawn(&shell("true").output_file(Some("/nowhere/output/1.log".into()))).unwrap_err();
    assert!(matches!(error, Error::OutputFile { .. }), "{error:?}");
}

// Blackbox 13: the folder of output was removed while the server ran, and every job failed for good.
#[tokio::test]
async fn a_folder_of_output_that_was_removed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("output/1.log");
    let mut running = runner().spawn(&shell("echo said").output_file(Some(path.clone()))).unwrap();
    assert_eq!(lines(&mut running).await, ["said"]);
    running.wait().await;
    assert!(std::fs::read_to_string(path).unwrap().contains("said"));
}

// invariant: S-1
#[tokio::test]
async fn output_is_kept_without_protocol_and_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("output");
    let script = "echo words; echo 'PROGRESS {}'; echo http://u:p@host/ >&2";
    let spec = shell(script).output_file(Some(file.clone())).unrecorded(&["PROGRESS "]);
    let mut running = runner().spawn(&spec).unwrap();
    assert!(lines(&mut running).await.contains(&"PROGRESS {}".to_owned()));
    let mut ended = end(running).await;
    ended.output_tail.sort();
    assert_eq!(ended.output_tail, ["http://***@host/", "words"]);
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept.starts_with("$ /bin/sh -c "), "{kept}");
    assert!(kept.contains("\nwords\n") && !kept.contains("\nPROGRESS"), "{kept}");
    assert!(kept.contains("\nhttp://***@host/\n"), "{kept}");
}

#[tokio::test]
async fn programs_are_found_in_order_and_versions_are_read() {
    let path = runner().environment().path_folders();
    let tools = Tools::new(path.clone());
    let probe = Assignment::default();
    let version = tools.version(&runner(), Tool::Ffmpeg, &probe).await.expect("ffmpeg is installed");
    assert!(version.starts_with(|first: char| first.is_ascii_digit() || first == 'n'), "{version}");

    let missing = Tools::new(path).with(Tool::Ffmpeg, "/nowhere/ffmpeg").find(Tool::Ffmpeg).unwrap_err();
    assert_eq!(missing.failure().message, "the program /nowhere/ffmpeg is not installed");
    assert!(
        matches!(Tools::default().find(Tool::YtDlp), Err(Error::ToolMissing { program }) if program == "yt-dlp")
    );

    let other =
        Tools::default().with(Tool::YtDlp, "/bin/false").version(&runner(), Tool::YtDlp, &probe).await;
    assert!(matches!(other, Err(Error::Version { .. })), "{other:?}");
}

// Edge A25: an exit that waits for nothing left children that ignore TERM, and the nats-server.
// invariant: J-7
#[tokio::test]
async fn an_exit_that_waits_for_nothing_leaves_no_child() {
    let mut running = runner().spawn(&shell("trap '' TERM; sleep 600 & echo $!; wait")).unwrap();
    let grandchild = next_pid(&mut running).await;
    kill_children();
    until_dead(grandchild).await;
    assert_eq!(end(running).await.status, Status::Signalled(9));
}
