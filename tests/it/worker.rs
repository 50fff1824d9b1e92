//! What a person sees of a part that failed too often, and how it goes on.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use mediary::configuration::NatsMode;
use mediary_tests::{Platform, until};
use serde_json::{Value, json};

const WORKERS: &str = "{ workers { id parts { name state reason since } } }";

fn program(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// How the part of this name is.
async fn part(platform: &Platform, name: &str) -> Value {
    let workers = platform.client.ask(WORKERS, json!({})).await;
    let parts = workers["workers"][0]["parts"].as_array().unwrap().clone();
    parts.into_iter().find(|part| part["name"] == name).unwrap()
}

/// Waits until the part of this name is so.
async fn until_it_is(platform: &Platform, name: &str, state: &str) -> Value {
    until("the part to be so", || async {
        let part = part(platform, name).await;
        (part["state"] == state).then_some(part)
    })
    .await
}

// Edge A7: no query, line or verb showed it, and what was no kind of work could not be resumed.
// invariant: A-2
#[tokio::test(flavor = "multi_thread")]
async fn a_halted_part_is_shown_and_resumed_by_its_name_as_with_nats() {
    let folder = tempfile::tempdir().unwrap();
    let tool = folder.path().join("nats-server");
    program(&tool, "#!/bin/sh\nexit 7\n");
    let broken = tool.clone();
    let platform = Platform::start_with(Box::new(move |configuration| {
        configuration.nats = NatsMode::Auto;
        configuration.tools.nats_server = Some(broken);
    }))
    .await;
    let halted = until_it_is(&platform, "nats", "HALTED").await;
    assert!(halted["reason"].is_string(), "{halted}");
    for name in ["refresh", "download", "dispatcher"] {
        assert_eq!(part(&platform, name).await["state"], "RUNNING", "{name}");
    }
    let ready = reqwest::get(format!("{}/readyz", platform.server.url())).await.unwrap();
    let ready = ready.text().await.unwrap();
    assert!(ready.contains("actor nats: halted") && ready.contains("actor refresh: running"), "{ready}");

    let refused = resume(&platform, "refresh").await;
    assert_eq!(refused[0]["code"], "WORKER_NOT_HALTED");
    program(&tool, "#!/bin/sh\nexec sleep 600\n");
    until("the halt to be told", || async {
        let events = platform.client.events_after(0).await;
        events.iter().any(|event| event["kind"] == "worker.part_halted").then_some(())
    })
    .await;
    assert_eq!(resume(&platform, "nats").await, json!([]));
    until_it_is(&platform, "nats", "RUNNING").await;
    platform.stop().await;
}

async fn resume(platform: &Platform, part: &str) -> Value {
    let document =
        "mutation($input: WorkerResumeInput!) { workerResume(input: $input) { userErrors { code } } }";
    let done = platform.client.ask(document, json!({ "input": { "part": part } })).await;
    done["workerResume"]["userErrors"].clone()
}
