//! What the webhooks of CI services say of a run: begun, well, not well, or nothing of either.
//!
//! Source: the documented bodies of GitHub (`workflow_run`, `check_suite`, `check_run`, `status`; Gitea and Forgejo send the same), GitLab
//! (pipeline and job events), Jenkins (its notification plugin), Drone, `CircleCI` (version 2), Buildkite and Travis CI.

use mediary_schema::check::BeatKind;
use serde_json::Value;

/// Where a service says how it stands, and what it calls the run. The first place that is there counts.
struct Service {
    name: &'static str,
    /// How it ended, and behind that how far it is.
    result: &'static [&'static str],
    called: &'static [&'static str],
}

const SERVICES: &[Service] = &[
    Service {
        name: "workflow",
        result: &["/workflow_run/conclusion", "/workflow_run/status"],
        called: &["/workflow_run/name", "/workflow_run/head_branch"],
    },
    Service {
        name: "checks",
        result: &["/check_suite/conclusion", "/check_suite/status"],
        called: &["/check_suite/app/name", "/check_suite/head_branch"],
    },
    Service {
        name: "check",
        result: &["/check_run/conclusion", "/check_run/status"],
        called: &["/check_run/name"],
    },
    Service {
        name: "pipeline",
        result: &["/object_attributes/status"],
        called: &["/project/path_with_namespace", "/object_attributes/ref"],
    },
    Service { name: "job", result: &["/build_status"], called: &["/build_name", "/ref"] },
    Service {
        name: "build",
        result: &["/build/status", "/build/state", "/build/phase"],
        called: &["/name", "/pipeline/slug", "/repo/slug", "/build/branch"],
    },
    Service {
        name: "workflow",
        result: &["/workflow/status"],
        called: &["/workflow/name", "/pipeline/vcs/branch"],
    },
    Service { name: "build", result: &["/status_message"], called: &["/repository/name", "/branch"] },
    Service { name: "status", result: &["/state"], called: &["/context", "/name"] },
];

/// Words that say so, whatever their case.
const WELL: [&str; 5] = ["success", "succeeded", "passed", "fixed", "ok"];
const WRONG: [&str; 11] = [
    "failure",
    "failed",
    "error",
    "errored",
    "broken",
    "still failing",
    "unstable",
    "timed_out",
    "startup_failure",
    "failing",
    "infrastructure_fail",
];
const BEGUN: [&str; 3] = ["in_progress", "running", "started"];

/// What a body says, with words for people; none if it is of no run that is known. What was cancelled or left out, or waits for its turn,
/// says nothing of how it is.
pub(super) fn result(body: &Value) -> Option<(BeatKind, String)> {
    let text = |place: &&str| body.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (service, word) = SERVICES.iter().find_map(|of| Some((of, of.result.iter().find_map(text)?)))?;
    let is_in = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    let kind = if is_in(&WELL) {
        BeatKind::Success
    } else if is_in(&WRONG) {
        BeatKind::Fail
    } else if is_in(&BEGUN) {
        BeatKind::Start
    } else {
        BeatKind::Log
    };
    let called: Vec<&str> = service.called.iter().filter_map(text).collect();
    Some((kind, format!("{} {}: {word}", service.name, called.join(" "))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // CH-02: bodies as the services document them, without what is not read.
    #[test]
    fn services_say_how_a_run_ended() {
        let cases = [
            (
                json!({ "action": "completed", "workflow_run": { "name": "CI", "head_branch": "main", "status": "completed", "conclusion": "success" } }),
                BeatKind::Success,
                "workflow CI main: success",
            ),
            (
                json!({ "action": "in_progress", "workflow_run": { "name": "CI", "head_branch": "main", "status": "in_progress", "conclusion": null } }),
                BeatKind::Start,
                "workflow CI main: in_progress",
            ),
            (
                json!({ "action": "completed", "workflow_run": { "name": "CI", "status": "completed", "conclusion": "cancelled" } }),
                BeatKind::Log,
                "workflow CI: cancelled",
            ),
            (
                json!({ "check_run": { "name": "test", "status": "completed", "conclusion": "timed_out" } }),
                BeatKind::Fail,
                "check test: timed_out",
            ),
            (
                json!({ "state": "failure", "context": "ci/build", "name": "me/site" }),
                BeatKind::Fail,
                "status ci/build me/site: failure",
            ),
            (
                json!({ "object_kind": "pipeline", "object_attributes": { "ref": "main", "status": "failed" }, "project": { "path_with_namespace": "me/site" } }),
                BeatKind::Fail,
                "pipeline me/site main: failed",
            ),
            (
                json!({ "object_kind": "build", "build_name": "test", "build_status": "running", "ref": "main" }),
                BeatKind::Start,
                "job test main: running",
            ),
            (
                json!({ "name": "site", "build": { "phase": "FINALIZED", "status": "UNSTABLE" } }),
                BeatKind::Fail,
                "build site: UNSTABLE",
            ),
            (
                json!({ "name": "site", "build": { "phase": "STARTED" } }),
                BeatKind::Start,
                "build site: STARTED",
            ),
            (
                json!({ "event": "build.finished", "build": { "state": "passed", "branch": "main" }, "pipeline": { "slug": "site" } }),
                BeatKind::Success,
                "build site main: passed",
            ),
            (
                json!({ "type": "workflow-completed", "workflow": { "name": "test", "status": "error" } }),
                BeatKind::Fail,
                "workflow test: error",
            ),
            (
                json!({ "status_message": "Still Failing", "branch": "main", "repository": { "name": "site" } }),
                BeatKind::Fail,
                "build site main: Still Failing",
            ),
        ];
        for (body, kind, words) in cases {
            assert_eq!(result(&body), Some((kind, words.to_owned())), "{body}");
        }
    }

    #[test]
    fn what_is_of_no_run_says_nothing() {
        for body in [
            json!(null),
            json!({}),
            json!({ "zen": "Keep it logically awesome." }),
            json!({ "workflow_run": { "status": 3 } }),
        ] {
            assert_eq!(result(&body), None, "{body}");
        }
    }
}
