mod history;

use super::{Command, Event, Parrot, Rejection};
use crate::testing::{given, samples};

fn tell(text: &str) -> Command {
    Command::Tell { job_id: samples::JOB, text: text.to_owned() }
}

fn told() -> Event {
    Event::Told { job_id: samples::JOB, text: "hello".to_owned() }
}

#[test]
fn a_text_is_repeated_once() {
    given::<Parrot>([]).when(tell("hello")).then([told()]);
    given::<Parrot>([told()]).when(Command::Repeat { letters: 5 }).then([Event::Repeated { letters: 5 }]);
    given::<Parrot>([told(), Event::Repeated { letters: 5 }]).when(Command::Repeat { letters: 5 }).then([]);
    given::<Parrot>([told(), Event::Repeated { letters: 5 }]).when(Command::Reward).then([Event::Rewarded {}]);
}

#[test]
fn what_can_not_be_repeated_is_refused() {
    for text in ["", &"a".repeat(1_001)] {
        given::<Parrot>([]).when(tell(text)).rejected(&Rejection::BadText);
    }
    given::<Parrot>([]).when(Command::Reward).rejected(&Rejection::NotFound);
}
