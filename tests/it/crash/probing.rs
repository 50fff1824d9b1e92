//! Whoever looks at programs is killed meanwhile.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use mediary::configuration::NatsMode;
use mediary_tests::{Marked, ServerFolder, marked, until};

use super::{assert_only_own_children, stop};

/// A program that is asked for its version and never answers, and says nothing when it is asked to end.
fn silent_program(folder: &std::path::Path) -> PathBuf {
    let path = folder.join("silent");
    fs::write(&path, "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Processes that belong to looks, once there are some.
async fn probes(folder: &ServerFolder) -> Vec<Marked> {
    until("a look is under way", || async {
        let log_id = fs::read_to_string(folder.data().join("log.id")).ok()?.trim().parse().ok()?;
        let probes: Vec<_> = marked(log_id).into_iter().filter(|process| process.probe.is_some()).collect();
        (!probes.is_empty()).then_some(probes)
    })
    .await
}

// invariant: J-7, A-11
#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_a_look_of_server_or_doctor_leaves_what_the_next_start_ends() {
    let programs = tempfile::tempdir().unwrap();
    let silent = silent_program(programs.path());
    let folder = ServerFolder::with(|configuration| {
        configuration.nats = NatsMode::Auto;
        configuration.tools.nats_server = Some(silent.clone());
        configuration.tools.yt_dlp = Some(silent);
    });
    let (server, _) = folder.serve().await;
    let of_server = probes(&folder).await;
    assert!(of_server.iter().all(|probe| probe.server_pid == server.pid()), "{of_server:?}");
    let output = folder.data().join("output").join(format!("{}.log", of_server[0].probe.as_ref().unwrap()));
    assert!(
        fs::read_to_string(&output).unwrap().contains("--version"),
        "it is kept beside what attempts wrote"
    );
    server.kill().await;
    let log_id = fs::read_to_string(folder.data().join("log.id")).unwrap().trim().parse().unwrap();
    assert!(of_server.iter().any(|probe| marked(log_id).contains(probe)), "nobody ended it");

    let (server, _) = folder.serve().await;
    assert_only_own_children(log_id, &server);
    server.kill().await;
    let (server, _) = folder.serve().await;

    // A doctor that looks while a server starts is left alone; what one leaves that is killed is not.
    let mut doctor = folder.launch_program(&["doctor"]);
    let doctor_pid = doctor.id().unwrap();
    let of_doctor = |process: &Marked| process.server_pid == doctor_pid;
    until("the doctor looks", || async { marked(log_id).iter().any(of_doctor).then_some(()) }).await;
    server.kill().await;
    let (server, _) = folder.serve().await;
    assert!(marked(log_id).iter().any(of_doctor), "it is no orphan");
    doctor.kill().await.unwrap();
    assert!(marked(log_id).iter().any(of_doctor), "now it is one");
    server.kill().await;
    let (server, _) = folder.serve().await;
    assert_only_own_children(log_id, &server);
    stop(server).await;
    assert_eq!(marked(log_id), [], "nobody outlives the server");
}
