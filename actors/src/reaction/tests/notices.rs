//! What people are told, by the rules of the project.

use mediary_events::{
    delivery::{self, Delivery},
    notification::{
        Ask, Event as NoticeEvent, Notification, State,
        ask::{AddRule, RemoveRule},
    },
};
use mediary_log::gate::Story as _;
use mediary_schema::{
    FailureClass, ProjectId, Subject,
    delivery::Message as Letter,
    job::Failure,
    notification::{Condition, Notice, Rule, Severity, Test, Then, Wording},
};

use super::*;
use crate::reaction::EventsToNotices;

fn notices() -> Arc<dyn Reaction> {
    Arc::new(EventsToNotices)
}

impl Bench {
    async fn notify(&self) {
        let running = self.start(notices()).await;
        running.caught_up(self.head()).await;
        running.stop().await;
    }

    /// The titles that were told, in order.
    fn titles(&self) -> Vec<String> {
        let events = self.recorded();
        let events = events.iter().flat_map(|event| codec::events_of::<Notification>(event).unwrap());
        let titles = events.filter_map(|event| match event {
            NoticeEvent::Raised { notice } => Some(notice.title),
            NoticeEvent::Resolved { .. } => Some("over".to_owned()),
            _ => None,
        });
        titles.collect()
    }

    fn fail(&self) {
        let failure = Failure::new(FailureClass::Network, "nobody answers".to_owned());
        let job_id = JobId::from_uuid(self.gate.ids().next());
        self.list(&playlist::Command::FailRefresh { job_id, failure });
    }

    /// Something is sent to the channel `phone`, until it has failed so often.
    fn fail_to_send(&self, id: Uuid, failures: usize) {
        let message = Letter {
            notification_id: None,
            severity: Severity::Info,
            title: "a test".to_owned(),
            body: None,
            link: None,
        };
        self.deliver(id, &delivery::Command::Queue { channel: "phone".to_owned(), message, at: NOW });
        for _ in 0..failures {
            let failure = Failure::new(FailureClass::Network, "nobody answers".to_owned());
            self.deliver(id, &delivery::Command::Begin);
            self.deliver(id, &delivery::Command::Fail { failure, now: NOW, dice: 0 });
        }
    }

    fn deliver(&self, id: Uuid, command: &delivery::Command) {
        self.tell(|story| story.execute::<Delivery>(id, command.clone()));
    }

    fn notice(&self) -> Notice {
        let subject = Subject::new("playlist", samples::playlist_id().uuid());
        let id = self.gate.identities().notification(ProjectId::HOME, &subject, None);
        let state: Arc<State> = self.gate.state_at::<Notification>(id.uuid(), self.head()).unwrap();
        state.standing.clone().unwrap().notice
    }

    fn say(&self, asked: &Ask) -> Result<(), Refusal> {
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids());
        let story = |story: &mut Transaction<'_>| asked.tell(story).map(|_| ());
        tokio::task::block_in_place(|| self.gate.transact_blocking(&caller, &story)).map(|_| ())
    }
}

fn rule(event: &str, title: &str) -> Rule {
    let wording =
        Wording { severity: Severity::Info, title: title.to_owned(), body: None, channels: Vec::new() };
    Rule { event: event.to_owned(), when: Vec::new(), about: None, topic: None, then: Then::Raise(wording) }
}

fn add(name: &str, rule: Rule) -> Ask {
    Ask::AddRule(AddRule { name: name.to_owned(), rule, replace: false })
}

// invariant: N-1, N-3
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fails_and_comes_back_is_one_notice_and_its_last_word_counts() {
    let bench = Bench::new();
    bench.notify().await;
    bench.fail();
    bench.notify().await;
    let name = samples::LIST_URL;
    assert_eq!(bench.titles(), [format!("{name} could not be listed")]);
    let notice = bench.notice();
    assert_eq!((notice.severity, notice.body.as_deref()), (Severity::Error, Some("nobody answers")));
    bench.refresh(3);
    bench.refresh(3);
    bench.notify().await;
    let title = samples::observed_playlist().title.unwrap();
    assert_eq!(bench.titles()[1..], [format!("{title}: 3 new"), format!("{title}: nothing new")]);
    assert_eq!(bench.notice().title, format!("{title}: nothing new"));
    assert_eq!(bench.notice().severity, Severity::Info);
}

// invariant: N-3
#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_follows_from_leaves_no_record_and_a_lost_snapshot_tells_nothing_again() {
    let bench = Bench::new();
    bench.notify().await;
    bench.wish();
    let head = bench.head();
    bench.notify().await;
    assert_eq!(bench.head(), head, "{:?}", bench.places());
    bench.fail();
    bench.notify().await;
    let head = bench.head();
    bench.lose_caches();
    bench.notify().await;
    assert_eq!(bench.head(), head, "{:?}", bench.places());
    // One more: by the rules as they are by then, and not for what was before them.
    bench.say(&add("wishes", rule("playlist.downloads_requested", "{{ it }} is wanted"))).unwrap();
    bench.lose_caches();
    bench.notify().await;
    assert_eq!(bench.titles().len(), 1);
    bench.wish();
    bench.notify().await;
    assert_eq!(bench.titles()[1..], [format!("{} is wanted", samples::LIST_URL)]);
    bench.say(&Ask::RemoveRule(RemoveRule { name: "wishes".to_owned() })).unwrap();
    bench.wish();
    bench.notify().await;
    assert_eq!(bench.titles().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_is_a_notice_of_its_own_and_all_are_over_at_once() {
    let bench = Bench::new();
    bench.notify().await;
    let topic =
        Rule { topic: Some("of {{ quality }}".to_owned()), ..rule("playlist.downloads_requested", "wanted") };
    bench.say(&add("wishes", topic)).unwrap();
    let over = Rule { then: Then::Resolve {}, ..rule("playlist.unfollowed", "") };
    bench.say(&add("left", over)).unwrap();
    bench.fail();
    bench.wish();
    bench.notify().await;
    assert_eq!(bench.titles().len(), 2);
    bench.list(&playlist::Command::Unfollow);
    bench.notify().await;
    assert_eq!(bench.titles()[2..], ["over", "over"]);
}

// invariant: N-4
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_about_what_never_happens_or_belongs_to_a_person_is_refused() {
    let bench = Bench::new();
    let bad = [
        rule("playlist.exploded", "x"),
        rule("token.created", "x"),
        rule("collection.created", "x"),
        rule("notification.raised", "x"),
        rule("reaction.handled", "x"),
        rule("playlist.unfollowed", "{{ it"),
    ];
    for rule in bad {
        let refused = bench.say(&add("x", rule.clone())).unwrap_err();
        assert_eq!(refused.code(), "NOTIFICATION_BAD_RULE", "{rule:?}: {refused}");
    }
    let when = vec![Condition { field: "counts.added".to_owned(), is: Test::Greater(2) }];
    bench.say(&add("x", Rule { when, ..rule("playlist.refresh_completed", "{{ it }}") })).unwrap();
}

// invariant: N-7
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_fails_at_each_try_is_told_once_until_it_takes_something() {
    let bench = Bench::new();
    bench.notify().await;
    let (one, other) = (bench.gate.ids().next(), bench.gate.ids().next());
    bench.fail_to_send(one, 10);
    bench.fail_to_send(other, 10);
    bench.notify().await;
    assert_eq!(bench.titles(), ["The channel phone takes nothing now"]);
    bench.deliver(one, &delivery::Command::Begin);
    bench.deliver(one, &delivery::Command::Complete);
    bench.notify().await;
    assert_eq!(bench.titles()[1..], ["over"]);
    // It is as before, and so is that it is news.
    bench.deliver(other, &delivery::Command::Begin);
    let failure = Failure::new(FailureClass::Network, "nobody answers".to_owned());
    bench.deliver(other, &delivery::Command::Fail { failure, now: NOW, dice: 0 });
    bench.notify().await;
    assert_eq!(bench.titles()[2..], ["The channel phone takes nothing now"]);
}

// invariant: N-4
#[test]
fn every_standard_rule_is_about_what_happens() {
    for (name, rule) in mediary_events::notification::standard() {
        work::notification::check(&work::REGISTRY, rule)
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    }
}
