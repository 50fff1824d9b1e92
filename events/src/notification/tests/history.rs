use mediary_schema::notification::{
    Channel, Condition, Notice, QuietHours, Rule, Service, Severity, Test, Then,
};

use super::{
    super::{Event, Notification},
    anna, cause, channel, notice, raised, rule,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let when = [
        ("failure.class", Test::OneOf(vec!["network".to_owned()])),
        ("attempts", Test::Greater(3)),
        ("failure.for_good", Test::Equals("true".to_owned())),
        ("again_at", Test::Present(false)),
    ];
    let when = when.into_iter().map(|(field, is)| Condition { field: field.to_owned(), is }).collect();
    let resolving =
        Rule { then: Then::Resolve {}, topic: Some("{{ part }}".to_owned()), ..rule("job.failed") };
    let full = Notice {
        topic: Some("dispatcher".to_owned()),
        body: Some("it panicked".to_owned()),
        severity: Severity::Urgent,
        ..notice(2, "dispatcher is halted")
    };
    let principal = anna();
    let mut sent = Rule { about: Some("playlist".to_owned()), ..rule("job.failed") };
    if let Then::Raise(wording) = &mut sent.then {
        wording.channels.push("phone".to_owned());
    }
    let mut samples = vec![raised(1, "it could not be listed"), Event::Raised { notice: full }];
    for severity in [Severity::Info, Severity::Warning] {
        samples.push(Event::Raised { notice: Notice { severity, ..notice(3, "news") } });
    }
    samples.extend([
        Event::Resolved { cause: cause(4) },
        Event::Read { principal },
        Event::Dismissed { principal },
        Event::AllRead { principal },
        Event::AllDismissed { principal },
        Event::RuleAdded { name: "mine".to_owned(), rule: Rule { when, ..rule("job.failed") } },
        Event::RuleAdded { name: "its end".to_owned(), rule: resolving },
        Event::RuleAdded { name: "to the phone".to_owned(), rule: sent },
        Event::RuleRemoved { name: "mine".to_owned() },
    ]);
    let services = [
        Service::Webhook,
        Service::Ntfy,
        Service::Gotify,
        Service::Discord,
        Service::Slack,
        Service::Telegram,
        Service::Matrix,
        Service::Email,
    ];
    for service in services {
        let quiet = QuietHours { from_minute: 1_320, until_minute: 420, zone: "Europe/Berlin".to_owned() };
        let quiet = (service == Service::Ntfy).then_some(quiet);
        let template = |text: &str| (service == Service::Email).then(|| text.to_owned());
        let (title, body) = (template("[home] {{ title }}"), template("{{ body }} ({{ severity }})"));
        let channel = Channel { service, quiet, title, body, ..channel() };
        samples.push(Event::ChannelAdded { name: "phone".to_owned(), channel });
    }
    samples.push(Event::ChannelRemoved { name: "phone".to_owned() });
    samples.push(Event::RuleRestored { name: "download-done".to_owned() });
    samples.push(Event::ChannelPaused { name: "phone".to_owned() });
    samples.push(Event::ChannelResumed { name: "phone".to_owned() });
    samples
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Notification>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/notification/history"), &samples());
}
