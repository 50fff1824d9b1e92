mod history;

use mediary_schema::{
    EventId, PrincipalId, SecretId, Subject,
    notification::{Channel, Condition, Notice, QuietHours, Rule, Service, Severity, Test, Then, Wording},
};
use serde_json::json;
use uuid::Uuid;

use super::{Command, Event, Notification, Rejection, State, is_so, standard};
use crate::{Concern as _, testing::given};

fn cause(number: u128) -> EventId {
    EventId::from_uuid(Uuid::from_u128(number))
}

fn anna() -> PrincipalId {
    PrincipalId::from_uuid(Uuid::from_u128(0xA))
}

fn bert() -> PrincipalId {
    PrincipalId::from_uuid(Uuid::from_u128(0xB))
}

fn notice(number: u128, title: &str) -> Notice {
    Notice {
        subject: Subject::new("playlist", Uuid::from_u128(7)),
        topic: None,
        rule: "listing-failed".to_owned(),
        cause: cause(number),
        severity: Severity::Error,
        title: title.to_owned(),
        body: None,
    }
}

fn raised(number: u128, title: &str) -> Event {
    Event::Raised { notice: notice(number, title) }
}

fn rule(event: &str) -> Rule {
    let wording =
        Wording { severity: Severity::Info, title: "{{ it }}".to_owned(), body: None, channels: Vec::new() };
    Rule { event: event.to_owned(), when: Vec::new(), about: None, topic: None, then: Then::Raise(wording) }
}

fn channel() -> Channel {
    Channel {
        service: Service::Webhook,
        host: "hook.example".to_owned(),
        secret_id: SecretId::from_uuid(Uuid::from_u128(5)),
        from: Severity::Warning,
        quiet: None,
        title: None,
        body: None,
    }
}

fn add(name: &str, rule: Rule, replace: bool) -> Command {
    Command::AddRule { name: name.to_owned(), rule, replace }
}

// invariant: N-1
#[test]
fn a_later_word_replaces_the_earlier_one_and_what_is_over_is_over_once() {
    let command = |number, title| Command::Raise { notice: notice(number, title) };
    given::<Notification>([]).when(command(1, "failed")).then([raised(1, "failed")]);
    given::<Notification>([raised(1, "failed")]).when(command(1, "failed")).then([]);
    given::<Notification>([raised(1, "failed")]).when(command(2, "failed")).then([raised(2, "failed")]);
    let resolved = Event::Resolved { cause: cause(3) };
    let resolve = Command::Resolve { cause: cause(3) };
    given::<Notification>([]).when(resolve.clone()).then([]);
    given::<Notification>([raised(1, "failed")]).when(resolve.clone()).then([resolved.clone()]);
    given::<Notification>([raised(1, "failed"), resolved.clone()]).when(resolve).then([]);
    given::<Notification>([raised(1, "failed"), resolved])
        .when(command(4, "failed"))
        .then([raised(4, "failed")]);
}

// invariant: N-2
#[test]
fn what_one_dismissed_is_there_for_the_other_and_for_both_once_it_is_said_anew() {
    let dismiss = |principal| Command::Dismiss { principal };
    let dismissed = |principal| Event::Dismissed { principal };
    given::<Notification>([]).when(dismiss(anna())).rejected(&Rejection::NotFound);
    let told = [raised(1, "failed"), dismissed(anna())];
    given::<Notification>(told.clone()).when(dismiss(anna())).then([]);
    given::<Notification>(told.clone()).when(dismiss(bert())).then([dismissed(bert())]);
    let anew = [told[0].clone(), told[1].clone(), raised(2, "failed")];
    given::<Notification>(anew).when(dismiss(anna())).then([dismissed(anna())]);
    given::<Notification>(told)
        .when(Command::Read { principal: anna() })
        .then([Event::Read { principal: anna() }]);
    given::<Notification>([]).when(Command::Read { principal: anna() }).rejected(&Rejection::NotFound);
    // Of all it is a moment, each time.
    let all = Event::AllDismissed { principal: anna() };
    given::<Notification>([all.clone()]).when(Command::DismissAll { principal: anna() }).then([all]);
}

#[test]
fn a_rule_is_added_replaced_and_removed_a_standard_one_too() {
    let added = |name: &str, rule| Event::RuleAdded { name: name.to_owned(), rule };
    let removed = |name: &str| Event::RuleRemoved { name: name.to_owned() };
    let remove = |name: &str| Command::RemoveRule { name: name.to_owned() };
    given::<Notification>([])
        .when(add("mine", rule("job.queued"), false))
        .then([added("mine", rule("job.queued"))]);
    let mine = added("mine", rule("job.queued"));
    given::<Notification>([mine.clone()]).when(add("mine", rule("job.queued"), false)).then([]);
    let exists = Rejection::RuleExists { name: "mine".to_owned() };
    given::<Notification>([mine.clone()]).when(add("mine", rule("job.failed"), false)).rejected(&exists);
    given::<Notification>([mine.clone()])
        .when(add("mine", rule("job.failed"), true))
        .then([added("mine", rule("job.failed"))]);
    given::<Notification>([mine]).when(remove("mine")).then([removed("mine")]);
    given::<Notification>([]).when(remove("download-done")).then([removed("download-done")]);
    given::<Notification>([removed("download-done")]).when(remove("download-done")).then([]);
    let unknown = Rejection::RuleNotFound { name: "x".to_owned() };
    given::<Notification>([]).when(remove("x")).rejected(&unknown);
    let mut state = State::default();
    Notification::evolve(&mut state, &removed("download-done"));
    assert!(state.rule("download-done").is_none() && !state.rules().contains_key("download-done"));
    assert!(state.rule("download-failed").is_some() && state.rules().contains_key("download-failed"));
}

#[test]
fn what_is_no_rule_is_refused_in_words() {
    let long = Condition { field: String::new(), is: Test::Greater(1) };
    let bad = [
        rule("download"),
        rule("*.*"),
        Rule { when: vec![long], ..rule("job.queued") },
        Rule { about: Some("a thing".to_owned()), ..rule("job.queued") },
        Rule { topic: Some("x".repeat(Rule::TEMPLATE_BYTES_MAX + 1)), ..rule("job.queued") },
    ];
    for rule in bad {
        let decided = Notification::decide(&State::default(), add("mine", rule.clone(), false));
        assert!(matches!(decided, Err(Rejection::BadRule { .. })), "{rule:?}: {decided:?}");
    }
    given::<Notification>([]).when(add("@mine", rule("job.queued"), false)).rejected(&Rejection::BadName);
}

#[test]
fn a_condition_is_about_fields_as_they_are_written() {
    let payload = json!({ "counts": { "added": 3 }, "failure": { "class": "network", "for_good": true }, "big": u64::MAX,
        "part": 2.5, "less": -1, "nothing": null, "several": [] });
    let so = |field: &str, is| {
        let when = vec![Condition { field: field.to_owned(), is }];
        is_so(&Rule { when, ..rule("a.b") }, "a.b", &payload)
    };
    let equals = |text: &str| Test::Equals(text.to_owned());
    assert!(so("counts.added", Test::Greater(2)) && !so("counts.added", Test::Greater(3)));
    assert!(so("big", Test::Greater(u64::MAX - 1)) && !so("less", Test::Greater(0)));
    assert!(so("part", Test::Greater(2)) && !so("part", Test::Greater(3)));
    assert!(so("counts.added", equals("3")) && !so("counts.added", equals("03")));
    assert!(so("failure.class", Test::OneOf(vec!["geo".to_owned(), "network".to_owned()])));
    assert!(!so("failure.class", Test::OneOf(vec![])));
    assert!(so("failure.for_good", equals("true")));
    assert!(
        !so("failure", equals("x")) && !so("missing", equals("")) && !so("failure.class", Test::Greater(0))
    );
    assert!(!is_so(&rule("a.b"), "a.c", &payload));
    for (field, is_there) in
        [("failure", true), ("several", true), ("part", true), ("nothing", false), ("a.b", false)]
    {
        assert_eq!(
            (so(field, Test::Present(true)), so(field, Test::Present(false))),
            (is_there, !is_there),
            "{field}"
        );
    }
}

// A rule about what never happens would be told by nobody.
#[test]
fn the_standard_rules_are_rules() {
    for (name, rule) in standard() {
        let command = Command::AddRule { name: format!("my {name}"), rule: rule.clone(), replace: false };
        let rule = rule.clone();
        let decided = Notification::decide(&State::default(), command);
        assert_eq!(decided, Ok(vec![Event::RuleAdded { name: format!("my {name}"), rule }]));
    }
}

#[test]
fn a_channel_is_added_replaced_and_removed() {
    let command = |channel, replace| Command::AddChannel { name: "phone".to_owned(), channel, replace };
    let added = |channel| Event::ChannelAdded { name: "phone".to_owned(), channel };
    let remove = || Command::RemoveChannel { name: "phone".to_owned() };
    let other = Channel { from: Severity::Error, ..channel() };
    given::<Notification>([]).when(command(channel(), false)).then([added(channel())]);
    let exists = Rejection::ChannelExists { name: "phone".to_owned() };
    given::<Notification>([added(channel())]).when(command(channel(), false)).rejected(&exists);
    given::<Notification>([added(channel())]).when(command(channel(), true)).then([]);
    given::<Notification>([added(channel())]).when(command(other.clone(), true)).then([added(other)]);
    let removed = Event::ChannelRemoved { name: "phone".to_owned() };
    given::<Notification>([added(channel())]).when(remove()).then([removed]);
    let unknown = Rejection::ChannelNotFound { name: "phone".to_owned() };
    given::<Notification>([]).when(remove()).rejected(&unknown);
    let quiet = Some(QuietHours { from_minute: 1, until_minute: 1, zone: "UTC".to_owned() });
    let decided = Notification::decide(&State::default(), command(Channel { quiet, ..channel() }, false));
    assert!(matches!(decided, Err(Rejection::BadChannel { .. })), "{decided:?}");
}

#[test]
fn a_channel_is_paused_and_goes_on_and_is_no_more_paused_once_it_is_removed() {
    let name = || "phone".to_owned();
    let (pause, resume) =
        (|| Command::PauseChannel { name: name() }, || Command::ResumeChannel { name: name() });
    let (paused, resumed) =
        (|| Event::ChannelPaused { name: name() }, || Event::ChannelResumed { name: name() });
    let added = || Event::ChannelAdded { name: name(), channel: channel() };
    given::<Notification>([added()]).when(pause()).then([paused()]);
    given::<Notification>([added(), paused()]).when(pause()).then([]);
    given::<Notification>([added(), paused()]).when(resume()).then([resumed()]);
    given::<Notification>([added()]).when(resume()).then([]);
    given::<Notification>([added(), paused(), resumed()]).when(pause()).then([paused()]);
    // One that takes its place is still paused; one that is added anew is not.
    given::<Notification>([added(), paused(), added()]).when(pause()).then([]);
    let removed = Event::ChannelRemoved { name: name() };
    given::<Notification>([added(), paused(), removed, added()]).when(pause()).then([paused()]);
    for command in [pause(), resume()] {
        given::<Notification>([]).when(command).rejected(&Rejection::ChannelNotFound { name: name() });
    }
}

#[test]
fn a_standard_rule_that_was_removed_or_changed_is_brought_back_as_it_was() {
    let name = || "download-done".to_owned();
    let (of_it, restore) = (standard()[&name()].clone(), || Command::RestoreRule { name: name() });
    let (removed, restored) = (Event::RuleRemoved { name: name() }, Event::RuleRestored { name: name() });
    let another = Rule { event: "download.failed".to_owned(), ..of_it.clone() };
    let changed = Event::RuleAdded { name: name(), rule: another };
    for made in [removed, changed] {
        given::<Notification>([made.clone()]).when(restore()).then([restored.clone()]);
        let mut state = State::default();
        Notification::evolve(&mut state, &made);
        assert_ne!(state.rule(&name()), Some(&of_it));
        let is_removed = matches!(made, Event::RuleRemoved { .. });
        let shown: Vec<_> = state.removed().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(shown, if is_removed { vec![name()] } else { vec![] }, "{made:?}");
        Notification::evolve(&mut state, &restored);
        assert_eq!((state.rule(&name()), state.removed().count()), (Some(&of_it), 0));
    }
    given::<Notification>([]).when(restore()).then([]);
    let own = Command::RestoreRule { name: "much-new".to_owned() };
    let refused = Rejection::RuleNotStandard { name: "much-new".to_owned() };
    given::<Notification>([]).when(own).rejected(&refused);
}
