//! Programs that are run as checks.

use super::*;

fn shell(script: &str) -> Value {
    json!({ "command": { "argv": ["/bin/sh", "-c", script] } })
}

async fn found(bench: &Bench, probe: Value, timeout_seconds: u32) -> (Verdict, Option<Reason>, String) {
    let name = format!("check {}", bench.gate.log().head().position);
    let id = bench.add(&name, probe, json!({ "timeout_seconds": timeout_seconds })).await;
    let (verdict, reason) = bench.turns_are(id, 1).await[0];
    (verdict, reason, bench.standing(id).last.unwrap().message)
}

// CH-01, lesson 3: what plug-ins of Nagios say by their exit.
#[tokio::test]
async fn a_program_says_by_its_exit_what_it_found() {
    let bench = Bench::new();
    let running = bench.start().await;
    let id = bench.add("disk", shell("echo 'DISK OK | free=3GB'"), json!({})).await;
    assert_eq!(bench.turns_are(id, 1).await, [(Verdict::Ok, None)]);
    let well = bench.standing(id).last.unwrap();
    assert_eq!((&*well.message, &*well.values[0].name), ("DISK OK", "free"), "{well:?}");
    for (script, expected) in [
        ("echo late; exit 1", (Verdict::Failing, None, "late")),
        ("exit 2", (Verdict::Failing, None, "exit 2")),
        ("echo who knows; exit 3", (Verdict::Unknown, Some(Reason::SaidSo), "who knows")),
        ("echo sick >&2; exit 9", (Verdict::Failing, None, "sick")),
    ] {
        let (verdict, reason, message) = found(&bench, shell(script), 10).await;
        assert_eq!((verdict, reason, message.as_str()), expected, "{script}");
    }
    running.stop().await;
}

// Must hold 1: a program that vanished is unknown, and never what it was.
#[tokio::test]
async fn a_program_that_is_not_there_is_unknown() {
    let bench = Bench::new();
    let running = bench.start().await;
    let gone = found(&bench, json!({ "command": { "argv": ["/nowhere/check_nothing"] } }), 10).await;
    assert_eq!((gone.0, gone.1), (Verdict::Unknown, Some(Reason::CouldNotRun)), "{}", gone.2);
    running.stop().await;
}

// Must hold 6, lessons 1 and 2: whatever it does it is ended in time, and nobody of it is left.
#[tokio::test]
async fn a_program_that_does_not_end_is_ended_with_all_whom_it_started() {
    let bench = Bench::new();
    let running = bench.start().await;
    for script in ["sleep 300", "trap '' TERM; while true; do sleep 1; done", "sleep 300 & sleep 300"] {
        let (verdict, reason, message) = found(&bench, shell(script), 1).await;
        assert_eq!((verdict, reason), (Verdict::Unknown, Some(Reason::TimedOut)), "{script}: {message}");
    }
    let long =
        "yes $(head -c 1000 /dev/zero | tr '\\0' x) | head -c 30000000; echo; printf '\\377\\376 end\\n'";
    let loud = found(&bench, shell(long), 60).await;
    assert_eq!(loud.0, Verdict::Ok, "{}", loud.2);
    let kept = std::fs::read_dir(bench.folder.path().join("output")).unwrap();
    let largest = kept.map(|file| file.unwrap().metadata().unwrap().len()).max().unwrap();
    assert!(largest < 2 << 20, "{largest} bytes of 30 MB are kept");
    running.stop().await;
}

// CH-15: no secret in what everybody reads; and one that is not there is unknown.
#[tokio::test]
async fn a_secret_comes_by_its_name() {
    let bench = Bench::new();
    let running = bench.start().await;
    let argv = ["/bin/sh", "-c", "test -n \"$TOKEN\""];
    let probe = json!({ "command": { "argv": argv, "secrets": { "TOKEN": "backup" } } });
    let (verdict, reason, message) = found(&bench, probe, 10).await;
    assert_eq!((verdict, reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
    assert_eq!(message, "there is no secret \"backup\"");
    running.stop().await;
}

// CH-15: whoever may have things checked may not have programs run for that.
#[tokio::test]
async fn a_program_needs_a_permission_of_its_own() {
    let bench = Bench::new();
    let origin = Origin { kind: OriginKind::Cli, id: Uuid::nil() };
    let of_role = |role: Role| {
        let command_id = CommandId::from_uuid(bench.gate.ids().next());
        Caller::person(PrincipalId::OWNER, role, origin, command_id, bench.gate.ids())
    };
    let add = |probe: Value| {
        let rhythm = json!({ "timing": { "every": { "seconds": 60 } } });
        let definition = json!({ "probe": probe, "rhythm": rhythm, "timeout_seconds": 10 });
        REGISTRY.command("check.add", json!({ "name": "one", "definition": definition })).unwrap()
    };
    let asked = bench.gate.ask_command(of_role(Role::Editor), add(shell("true")), Options::default()).await;
    assert_eq!(asked.unwrap_err().code(), "FORBIDDEN");
    let ping = add(json!({ "ping": { "host": "127.0.0.1" } }));
    assert!(bench.gate.ask_command(of_role(Role::Editor), ping, Options::default()).await.is_ok());
    let viewer =
        bench.gate.ask_command(of_role(Role::Viewer), add(json!({ "push": {} })), Options::default());
    assert_eq!(viewer.await.unwrap_err().code(), "FORBIDDEN");
}
