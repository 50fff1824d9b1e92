mod history;

use mediary_schema::{Label, Priority, template::Settings};

use super::{Command, Event, Rejection, State, Template};
use crate::{Concern as _, testing::given};

fn label(text: &str) -> Label {
    text.parse().unwrap()
}

fn settings(priority: u8) -> Settings {
    Settings { priority: Priority::try_from(priority).ok(), ..Settings::default() }
}

fn save(priority: u8) -> Command {
    Command::Save { name: label("night"), settings: settings(priority) }
}

fn saved(version: u32, priority: u8) -> Event {
    Event::Saved { name: label("night"), version, settings: settings(priority) }
}

fn removed() -> Event {
    Event::Removed { name: label("night") }
}

// PL-22.
// invariant: J-17
#[test]
fn what_is_saved_anew_is_the_next_version_and_what_is_the_same_is_none() {
    given::<Template>([]).when(save(1)).then([saved(1, 1)]);
    given::<Template>([saved(1, 1)]).when(save(1)).then([]);
    given::<Template>([saved(1, 1)]).when(save(2)).then([saved(2, 2)]);
}

// invariant: J-17
#[test]
fn a_number_is_not_given_twice_although_the_name_was_removed() {
    given::<Template>([saved(1, 1), removed()]).when(save(1)).then([saved(2, 1)]);
}

#[test]
fn what_is_removed_is_not_there() {
    let remove = || Command::Remove { name: label("night") };
    given::<Template>([]).when(remove()).rejected(&Rejection::NotFound { name: label("night") });
    given::<Template>([saved(1, 1)]).when(remove()).then([removed()]);
    given::<Template>([saved(1, 1), removed()]).when(remove()).then([]);
    let mut state = State::default();
    Template::evolve(&mut state, &saved(1, 1));
    assert_eq!(state.find(&label("night")).unwrap().0.version, 1);
    Template::evolve(&mut state, &removed());
    assert_eq!((state.find(&label("night")), state.all().count()), (None, 0));
}

#[test]
fn tags_are_had_once_and_at_most_as_many_as_a_job_may_have() {
    let tags = |count: u32| (0..count).map(|number| label(&format!("{number:02}"))).collect::<Vec<_>>();
    let save = |tags| {
        let settings = Settings { tags, ..Settings::default() };
        Command::Save { name: label("night"), settings }
    };
    let too_many = Rejection::TooManyTags { name: label("night"), count: 17 };
    given::<Template>([]).when(save(tags(17))).rejected(&too_many);
    let twice = [tags(16), tags(16)].concat();
    let settings = Settings { tags: tags(16), ..Settings::default() };
    given::<Template>([]).when(save(twice)).then([Event::Saved {
        name: label("night"),
        version: 1,
        settings,
    }]);
}

#[test]
fn there_is_an_end_to_names() {
    let name = |number: usize| label(&format!("template {number}"));
    let saved = |number| Event::Saved { name: name(number), version: 1, settings: Settings::default() };
    given::<Template>((0..500).map(saved))
        .when(Command::Save { name: name(500), settings: Settings::default() })
        .rejected(&Rejection::TooMany { name: name(500) });
}

// invariant: J-17
#[test]
fn what_was_erased_keeps_its_number() {
    let erased = Template::redact(&saved(2, 1)).unwrap();
    given::<Template>([saved(1, 1), erased]).when(save(7)).then([saved(3, 7)]);
    let named = Event::Saved {
        name: label("night"),
        version: 1,
        settings: Settings { batch: Some(label("of Ann")), tags: vec![label("secret")], ..settings(1) },
    };
    assert_eq!(Template::redact(&named), Some(saved(1, 1)), "words are gone");
    assert_eq!(Template::redact(&removed()), Some(removed()));
}
