//! When the turn of work comes, and what holds it.

use serde_json::{Value, json};

use super::harness::Served;

/// A server that follows two lists; answers them.
async fn two_lists(served: &Served) -> (String, String) {
    (served.add(&served.site.list_url("talks")).await, served.add(&served.site.list_url("videos")).await)
}

/// Asks for a refresh with these flags; answers the job.
async fn refresh(served: &Served, list: &str, flags: &[&str]) -> Value {
    let line = [&["playlist", "refresh", list], flags].concat();
    served.json(&line).await["job"].take()
}

fn id(job: &Value) -> &str {
    job["id"].as_str().expect("a job has an id")
}

/// What a job waits for.
async fn waits(served: &Served, job: &Value) -> Value {
    served.json(&["job", "show", id(job)]).await["waitsFor"].take()
}

// PL-22, PL-29, issue 7: `--at --after --batch --tag --priority` on every verb that starts work, and why each row waits.
#[tokio::test(flavor = "multi_thread")]
async fn work_waits_as_its_command_says_and_says_so() {
    let served = Served::start().await;
    let (talks, videos) = two_lists(&served).await;
    let batch = ["--batch", "night run"];
    let later = refresh(&served, &talks, &[&["--at", "2h", "--tag", "talks"], &batch[..]].concat()).await;
    let behind =
        refresh(&served, &videos, &[&["--after", id(&later), "--priority", "9"], &batch[..]].concat()).await;
    assert_eq!((&later["state"], &later["priority"]), (&json!("QUEUED"), &json!(5)));
    assert_eq!((&later["tags"], &later["batch"]), (&json!(["talks"]), &json!("night run")));
    assert_eq!((&behind["after"], &behind["priority"]), (&later["id"], &json!(9)));
    assert_eq!(waits(&served, &later).await["reason"], json!("NOT_BEFORE"));
    let after = waits(&served, &behind).await;
    assert_eq!((&after["reason"], &after["jobId"]), (&json!("AFTER"), &later["id"]));

    let ran = served.run(&["job", "list", "--batch", "night run"]).await.ends_with(0);
    ran.says(&["batch night run: 2 jobs, 0 done, 0 given up"]);
    for told in ["not before 20", &format!("waits for {}", id(&later))] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    for (flags, expected) in [
        (["--tag", "talks"], vec![&later]),
        (["--kind", "verify"], vec![]),
        (["--search", "VIDEOS"], vec![&behind]),
    ] {
        let line = [&["job", "list", "--state", "queued"], &flags[..]].concat();
        let found = served.json(&line).await;
        let found: Vec<&Value> = found.as_array().unwrap().iter().map(|job| &job["id"]).collect();
        let expected: Vec<&Value> = expected.into_iter().map(|job| &job["id"]).collect();
        assert_eq!(found, expected, "{flags:?}");
    }

    let set = served.json(&["job", "set", id(&behind), "--priority", "0"]).await;
    assert_eq!(set[0]["priority"], json!(0));
    served.run(&["job", "set", id(&behind), "--priority", "10"]).await.ends_with(2);
    let paused = served.json(&["lane", "pause", "127.0.0.1"]).await;
    assert_eq!((&paused[0]["paused"], &paused[0]["waitingCount"]), (&json!(true), &json!(2)), "{paused}");
    served.run(&["job", "resume", id(&later)]).await.ends_with(0);
    let held = waits(&served, &later).await;
    assert_eq!((&held["reason"], &held["lane"]), (&json!("LANE_PAUSED"), &json!("127.0.0.1")));
    let listed = served.run(&["lane", "list"]).await.ends_with(0).stdout;
    assert!(listed.contains("until somebody resumes it"), "{listed}");
    let goes_on = served.json(&["lane", "resume", "127.0.0.1"]).await;
    assert_eq!(goes_on.as_array().map_or(0, Vec::len), 1, "{goes_on}");
    // Joins the one that waits, which waits for the other.
    served.run(&["playlist", "refresh", &videos, "--wait"]).await.ends_with(0);
    for job in [&later, &behind] {
        assert_eq!(served.json(&["job", "show", id(job)]).await["state"], json!("SUCCEEDED"));
    }
    served.run(&["lane", "pause", "no lane"]).await.says(&["LANE_UNKNOWN"]);
    served
        .run(&["playlist", "refresh", &talks, "--after", "job-01890a5d-ac96-774b-bcce-b302099a8057"])
        .await
        .says(&["JOB_NOT_FOUND"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_cancelled_job_says_what_to_do_and_a_batch_is_ended_at_once() {
    let served = Served::start().await;
    let (talks, videos) = two_lists(&served).await;
    let later = refresh(&served, &talks, &["--at", "2h", "--tag", "a", "--priority", "7"]).await;
    let behind = refresh(&served, &videos, &["--after", id(&later)]).await;
    served.run(&["job", "cancel", id(&later), "--yes"]).await.ends_with(0);
    let stranded = waits(&served, &behind).await;
    assert_eq!((&stranded["reason"], &stranded["jobId"]), (&json!("STRANDED"), &later["id"]), "{stranded}");
    assert!(stranded["message"].as_str().unwrap().contains("resume it to go on without that"));
    served
        .run(&["playlist", "refresh", &talks, "--after", id(&later)])
        .await
        .says(&["JOB_NOTHING_TO_WAIT_FOR", "leave `after` out"]);
    served.run(&["job", "resume", id(&behind)]).await.ends_with(0);
    served.run(&["playlist", "refresh", &videos, "--wait"]).await.ends_with(0);

    let again = served.json(&["job", "retry", id(&later), "--at", "2h", "--batch", "gone"]).await;
    assert_eq!((&again[0]["priority"], &again[0]["batch"]), (&json!(5), &json!("gone")), "as the flags say");
    let other = refresh(&served, &videos, &["--at", "2h", "--batch", "gone"]).await;
    served.run(&["job", "cancel", "--batch", "gone"]).await.ends_with(6);
    served.run(&["job", "cancel", "--batch", "gone", "--yes"]).await.ends_with(0);
    for job in [&again[0], &other] {
        assert_eq!(served.json(&["job", "show", id(job)]).await["state"], json!("CANCELLED"));
    }
    served.run(&["job", "cancel", "--batch", "gone", "--yes"]).await.ends_with(5);
    let again = served.json(&["job", "retry", id(&later)]).await;
    assert_eq!((&again[0]["priority"], &again[0]["tags"]), (&json!(7), &json!(["a"])), "as it was");
}

// PL-28: streamed live, readable later.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_jobs_programs_wrote_is_followed_and_read_later() {
    let served = Served::start().await;
    let (talks, _) = two_lists(&served).await;
    let job = refresh(&served, &talks, &["--at", "2s"]).await;
    let followed = served.run(&["job", "log", id(&job), "--follow"]).await.ends_with(0);
    assert!(followed.stdout.contains("talks"), "{}\n{}", followed.stdout, followed.stderr);
    assert_eq!(
        served.json(&["job", "show", id(&job)]).await["state"],
        json!("SUCCEEDED"),
        "it was waited for"
    );
    let later = served.run(&["job", "log", id(&job)]).await.ends_with(0);
    assert_eq!(later.stdout, followed.stdout);
    later.says(&["attempt-"]);
    let waiting = refresh(&served, &talks, &["--at", "2h"]).await;
    served.run(&["job", "log", id(&waiting)]).await.ends_with(0).says(&["nothing was written"]);
    served.run(&["job", "log", "job-01890a5d-ac96-774b-bcce-b302099a8057"]).await.ends_with(5);
}

// PL-24: one job or many by filter, of which is said first how many they are.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_filter_lets_through_is_counted_first_and_dealt_with_at_once() {
    let served = Served::start().await;
    let (talks, videos) = two_lists(&served).await;
    let night = ["--at", "2h", "--batch", "night", "--tag", "a"];
    let one = refresh(&served, &talks, &night).await;
    // Whoever joins is told that his batch is not that of the work.
    let joins = ["playlist", "refresh", &talks, "--at", "2h", "--batch", "another"];
    served.run(&joins).await.ends_with(0).says(&[id(&one), "is joined", "keeps its own batch"]);
    let other = refresh(&served, &videos, &["--at", "2h", "--tag", "b"]).await;
    let states = async || {
        let mut states = Vec::new();
        for job in [&one, &other] {
            let shown = served.json(&["job", "show", id(job)]).await;
            states.push((shown["state"].as_str().unwrap().to_owned(), shown["priority"].as_u64().unwrap()));
        }
        states
    };
    let are = |one: (&str, u64), other: (&str, u64)| {
        [one, other].map(|(state, priority)| (state.to_owned(), priority)).to_vec()
    };
    let ran = served.run(&["job", "set", "--kind", "refresh", "--priority", "8"]).await.ends_with(6);
    ran.says(&["2 jobs: 2 queued refresh", "--yes"]);
    assert_eq!(states().await, are(("QUEUED", 5), ("QUEUED", 5)), "nothing was done");
    served.run(&["job", "set", "--batch", "night", "--priority", "8", "--yes"]).await.ends_with(0);
    assert_eq!(states().await, are(("QUEUED", 8), ("QUEUED", 5)));
    let paused = served.json(&["job", "pause", "--kind", "refresh", "--since", "1h", "--yes"]).await;
    assert_eq!(paused.as_array().unwrap().len(), 2, "one answer of all: {paused}");
    let dry = served.run(&["job", "resume", "--tag", "b", "--dry-run"]).await.ends_with(0).stdout;
    assert!(dry.contains("job.resumed"), "{dry}");
    served.run(&["job", "cancel", "--tag", "a", "--search", "talks", "--yes"]).await.ends_with(0);
    served.run(&["job", "resume", "--playlist", &videos, "--yes"]).await.ends_with(0);
    served.run(&["playlist", "refresh", &videos, "--wait"]).await.ends_with(0);
    assert_eq!(states().await, are(("CANCELLED", 8), ("SUCCEEDED", 5)));
    served.run(&["job", "pause", "--batch", "night", "--yes"]).await.ends_with(5);
}

// LI-10: what failed for want of a login comes back by one command, and nothing else does.
#[tokio::test(flavor = "multi_thread")]
async fn what_failed_alike_is_tried_again_by_one_command() {
    let served = Served::start().await;
    let (private, gone) = (served.site.item_url("talks-1"), served.site.item_url("no-such-item"));
    served.site.list("talks").make_private(0).unwrap();
    for url in [&private, &gone] {
        served.run(&["download", "start", "--url", url, "--wait"]).await.ends_with(1);
    }
    let of_class = async |class: &str| {
        let failed = served.json(&["job", "list", "--state", "failed"]).await;
        failed.as_array().unwrap().iter().filter(|job| job["failure"]["class"] == json!(class)).count()
    };
    assert_eq!((of_class("private").await, of_class("not_found").await), (1, 1));
    let again = ["job", "retry", "--class", "private", "--batch", "with a login"];
    served.run(&again).await.ends_with(6).says(&["1 job: 1 failed"]);
    let retried = served.json(&[&again[..], &["--yes"]].concat()).await;
    assert_eq!(retried.as_array().map(Vec::len), Some(1), "{retried}");
    assert_eq!(retried[0]["batch"], json!("with a login"));
}

// Each verb of issue 7 that no other story types.
#[tokio::test(flavor = "multi_thread")]
async fn quotas_templates_and_views_are_shown_and_changed() {
    let served = Served::start().await;
    served.run(&["project", "create", "kids"]).await.ends_with(0);
    served.run(&["quota", "set", "--project", "kids", "--at-once", "3"]).await.ends_with(0);
    let quotas = served.json(&["quota", "list"]).await;
    assert_eq!(quotas[0]["atOnce"], json!(3), "{quotas}");
    served.run(&["job", "template", "save", "night", "--priority", "2"]).await.ends_with(0);
    let templates = served.json(&["job", "template", "list"]).await;
    assert_eq!(
        (&templates[0]["name"], &templates[0]["priority"]),
        (&json!("night"), &json!(2)),
        "{templates}"
    );
    served.run(&["job", "template", "remove", "night"]).await.ends_with(0);
    assert_eq!(served.json(&["job", "template", "list"]).await, json!([]));

    let of_job = |views: &Value| {
        views.as_array().unwrap().iter().find(|view| view["name"] == json!("job")).unwrap()["versions"]
            .clone()
    };
    let serving = |views: &Value| {
        let versions = of_job(views);
        let found = versions.as_array().unwrap().iter().find(|version| version["state"] == json!("SERVING"));
        found.map(|version| version["version"].as_str().unwrap().to_owned())
    };
    let before = serving(&served.json(&["view", "list"]).await).unwrap();
    let rebuilt = served.run(&["view", "rebuild", "job"]).await.ends_with(0).stdout;
    assert!(rebuilt.contains("is being built"), "{rebuilt}");
    served.until(&["view", "list"], |views| serving(views).is_some_and(|now| now != before)).await;
    let used = served.run(&["view", "use", "job", &before]).await.ends_with(0).stdout;
    assert!(used.contains("serves"), "{used}");
    assert_eq!(serving(&served.json(&["view", "list"]).await), Some(before));
    served.run(&["view", "use", "job", "99"]).await.says(&["VIEW_"]);
}
