//! A list that is refreshed again and again, since it is followed so.

use super::*;

impl Bench {
    async fn follow(&self, refresh_timing: Value) -> Result<Value, &'static str> {
        let asked = json!({ "url": samples::LIST_URL, "refresh_timing": refresh_timing });
        self.try_ask(Role::Editor, "playlist.follow", asked).await
    }

    fn names(&self, category: &'static str) -> Vec<String> {
        self.events(category).into_iter().map(|event| event.envelope.name.to_string()).collect()
    }
}

// LI-08. Both are one append, so that nobody follows what is never looked at, or looks at what nobody follows.
// invariant: T-4
#[tokio::test]
async fn a_list_is_refreshed_again_as_long_as_it_is_followed() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    assert_eq!(bench.follow(every(0)).await, Err("SCHEDULE_BAD_TIMING"));
    assert_eq!(bench.names("playlist"), Vec::<String>::new(), "nothing is followed by half");

    let told = bench.follow(every(60)).await.unwrap();
    let running = bench.start().await;
    bench.now_is("2026-01-01T00:01:00Z");
    bench.fired_are(1).await;
    assert_eq!(bench.fired(), [on_time("2026-01-01T00:01:00Z")]);
    // Another rhythm takes the place of it, and none leaves it as it is.
    bench.follow(every(600)).await.unwrap();
    bench.follow(Value::Null).await.unwrap();
    assert_eq!(bench.names("schedule"), ["added", "fired", "added"]);
    bench.ask("playlist.unfollow", json!({ "playlist_id": told["playlist_id"] })).await;
    assert_eq!(bench.names("schedule"), ["added", "fired", "added", "removed"]);
    bench.now_is("2026-01-01T01:00:00Z");
    running.stop().await;
    assert_eq!(bench.fired().len(), 1);
}

// By the token that the outer one has: its own id is none.
// invariant: T-3
#[tokio::test]
async fn a_schedule_that_follows_lends_the_token_that_it_has() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let follow = json!({ "url": samples::LIST_URL, "refresh_timing": every(60) });
    let command = json!({ "name": "playlist.follow", "arguments": follow });
    let asked = json!({ "name": "outer", "timing": every(3_600), "command": command });
    bench.ask("schedule.add", asked).await;
    let running = bench.start().await;
    bench.now_is("2026-01-01T01:00:00Z");
    bench.fired_are(1).await;
    bench.now_is("2026-01-01T01:01:00Z");
    bench.fired_are(2).await;
    running.stop().await;
    assert_eq!(bench.fired(), [on_time("2026-01-01T01:00:00Z"), on_time("2026-01-01T01:01:00Z")]);
}

// Who is not to have things done again and again has no list refreshed so, either.
// invariant: T-3
#[tokio::test]
async fn who_follows_so_may_schedule() {
    let bench = Bench::new("2026-01-01T00:00:00Z").await;
    let asked = json!({ "url": samples::LIST_URL, "refresh_timing": every(60) });
    assert_eq!(bench.try_ask(Role::Viewer, "playlist.follow", asked).await, Err("FORBIDDEN"));
}
