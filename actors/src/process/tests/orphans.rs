//! What others have left behind.

use super::*;

/// A process that carries the mark of `log_id` as a child of an earlier life would.
fn orphan_of(log_id: Uuid, script: &str) -> std::process::Child {
    marked_process(log_id, "1-1-1", script)
}

/// The same, started by whoever has this mark.
fn marked_process(log_id: Uuid, run: &str, script: &str) -> std::process::Child {
    #[expect(clippy::disallowed_methods, reason = "it must not be a child of a runner")]
    let mut command = std::process::Command::new("/bin/sh");
    command.arg("-c").arg(script).env(runner::MARK_LOG, log_id.to_string());
    command.env(runner::MARK_RUN, run).env("MEDIARY_PROBE", "probe-x").spawn().unwrap()
}

// invariant: J-7
#[tokio::test]
async fn orphans_of_our_log_are_ended_and_nobody_else() {
    let (ours, theirs) = (runner(), runner());
    let mut orphan = orphan_of(ours.log_id(), "trap '' TERM; while :; do sleep 1; done");
    let mut stranger = orphan_of(theirs.log_id(), "exec sleep 1000");
    let mut child = ours.spawn(&shell("echo $$; sleep 1000")).unwrap();
    let child_pid = next_pid(&mut child).await;

    let ended = timeout(PATIENCE, ours.end_orphans()).await.expect("it ends");
    let found = ended.iter().find(|found| found.pid == orphan.id()).expect("the orphan is found");
    assert_eq!(found.owner.as_deref(), Some("probe-x"), "of whichever kind its owner is");
    assert!(found.command.starts_with("/bin/sh -c"), "{found:?}");
    assert!(!orphan.wait().unwrap().success());
    assert!(is_alive(child_pid), "our own child goes on");
    assert!(is_alive(Pid::from_child(&stranger)), "another log's child goes on");

    assert_eq!(ours.end_orphans().await, []);
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    child.cancel().await;
}

// invariant: J-7
#[tokio::test]
async fn what_a_living_program_of_ours_has_started_is_no_orphan() {
    let server = runner();
    #[expect(clippy::disallowed_methods, reason = "it stands for another program of ours")]
    let mut starter = std::process::Command::new("/bin/sleep").arg("1000").spawn().unwrap();
    let start_ticks = proc_fs::look(Pid::from_child(&starter)).unwrap().start_ticks;
    let mark = format!("{}-{start_ticks}-0", starter.id());
    let mut probe = marked_process(server.log_id(), &mark, "exec sleep 1000");
    assert_eq!(server.end_orphans().await, []);
    assert!(is_alive(Pid::from_child(&probe)), "the starter is there");
    // It stays visible until it is waited for, and is gone all the same.
    starter.kill().unwrap();
    until_dead(Pid::from_child(&starter)).await;
    let ended = timeout(PATIENCE, server.end_orphans()).await.expect("it ends");
    assert_eq!(ended.iter().map(|orphan| orphan.pid).collect::<Vec<_>>(), [probe.id()]);
    probe.wait().unwrap();
    starter.wait().unwrap();
}
