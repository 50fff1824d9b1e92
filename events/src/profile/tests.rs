mod history;

use mediary_schema::{
    profile::{Profile, ProfileName, Rules},
    transcode::Container,
};

use super::{Command, Event, Profiles, Rejection, State};
use crate::{Concern as _, testing::given};

fn name(text: &str) -> ProfileName {
    text.parse().unwrap()
}

/// The rules of `archive`, at another quality.
fn rules(crf: u8) -> Box<Rules> {
    let mut rules = Profile::find_shipped("archive").unwrap().rules;
    rules.video.as_mut().unwrap().crf = crf;
    Box::new(rules)
}

fn save(crf: u8) -> Command {
    Command::Save { name: name("small"), rules: rules(crf) }
}

fn saved(version: u32, crf: u8) -> Event {
    Event::Saved { name: name("small"), version, rules: rules(crf) }
}

fn removed() -> Event {
    Event::Removed { name: name("small") }
}

// TR-03.
// invariant: F-29
#[test]
fn what_is_saved_anew_is_the_next_version_and_a_number_is_not_given_twice() {
    given::<Profiles>([]).when(save(24)).then([saved(1, 24)]);
    given::<Profiles>([saved(1, 24)]).when(save(24)).then([]);
    given::<Profiles>([saved(1, 24)]).when(save(28)).then([saved(2, 28)]);
    given::<Profiles>([saved(1, 24), removed()]).when(save(24)).then([saved(2, 24)]);
}

#[test]
fn what_is_removed_is_not_there() {
    let remove = || Command::Remove { name: name("small") };
    given::<Profiles>([]).when(remove()).rejected(&Rejection::NotFound { name: name("small") });
    given::<Profiles>([saved(1, 24)]).when(remove()).then([removed()]);
    given::<Profiles>([saved(1, 24), removed()]).when(remove()).then([]);
    let mut state = State::default();
    Profiles::evolve(&mut state, &saved(1, 24));
    assert_eq!(state.find(&name("small")).unwrap().version, 1);
    Profiles::evolve(&mut state, &removed());
    assert_eq!((state.find(&name("small")), state.all().count()), (None, 0));
}

#[test]
fn what_ships_stays_and_what_no_encoder_follows_is_not_kept() {
    let web = || name("web");
    given::<Profiles>([])
        .when(Command::Save { name: web(), rules: rules(24) })
        .rejected(&Rejection::Ships { name: web() });
    given::<Profiles>([]).when(Command::Remove { name: web() }).rejected(&Rejection::Ships { name: web() });
    let rules = Box::new(Rules { container: Container::Webm, ..*rules(24) });
    let bad = rules.check().unwrap_err();
    given::<Profiles>([])
        .when(Command::Save { name: name("small"), rules })
        .rejected(&Rejection::BadRules(bad));
}

#[test]
fn there_is_an_end_to_names() {
    let called = |number: usize| name(&format!("p{number}"));
    let saved = |number| Event::Saved { name: called(number), version: 1, rules: rules(24) };
    given::<Profiles>((0..200).map(saved))
        .when(Command::Save { name: called(200), rules: rules(24) })
        .rejected(&Rejection::TooMany);
}

// invariant: F-29
#[test]
fn what_was_erased_keeps_its_number_and_its_rules_and_loses_its_words() {
    let erased = Profiles::redact(&saved(2, 24)).unwrap();
    let Event::Saved { version: 2, rules, .. } = &erased else { panic!("{erased:?}") };
    assert!(rules.about.is_empty() && rules.check().is_ok(), "{rules:?}");
    given::<Profiles>([saved(1, 20), erased]).when(save(30)).then([saved(3, 30)]);
    assert_eq!(Profiles::redact(&removed()), Some(removed()));
}
