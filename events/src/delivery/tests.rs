mod history;

use std::time::Duration;

use mediary_schema::{
    FailureClass, NotificationId,
    delivery::{DeliveryState, Message},
    job::Failure,
    notification::Severity,
};
use uuid::Uuid;

use super::{Command, Delivery, Event, Rejection, State};
use crate::{
    Concern as _,
    testing::{NOW, given},
};

fn message() -> Message {
    Message {
        notification_id: Some(NotificationId::from_uuid(Uuid::from_u128(1))),
        severity: Severity::Error,
        title: "it could not be listed".to_owned(),
        body: Some("nobody answers".to_owned()),
        link: Some("/playlist/playlist-1".to_owned()),
    }
}

fn queued() -> Event {
    Event::Queued { channel: "phone".to_owned(), message: message(), at: NOW }
}

fn failure(class: FailureClass) -> Failure {
    Failure::new(class, "no".to_owned())
}

fn fail(class: FailureClass) -> Command {
    Command::Fail { failure: failure(class), now: NOW, dice: u32::MAX }
}

// invariant: N-5
#[test]
fn what_is_being_sent_is_taken_or_not_or_nobody_knows() {
    let begun = || Event::Begun {};
    given::<Delivery>([queued()]).when(Command::Begin).then([begun()]);
    given::<Delivery>([queued(), begun()]).when(Command::Complete).then([Event::Completed {}]);
    let doubt = Command::Doubt { reason: "the server ended".to_owned() };
    let doubted = Event::Doubted { reason: "the server ended".to_owned() };
    given::<Delivery>([queued(), begun()]).when(doubt.clone()).then([doubted.clone()]);
    // Never sent again by itself.
    let unsure = Rejection::Unready { state: DeliveryState::Unsure };
    given::<Delivery>([queued(), begun(), doubted.clone()]).when(Command::Begin).rejected(&unsure);
    let retried = Event::Retried { at: NOW };
    given::<Delivery>([queued(), begun(), doubted.clone()])
        .when(Command::Retry { now: NOW })
        .then([retried.clone()]);
    given::<Delivery>([queued(), begun(), doubted.clone(), retried]).when(Command::Begin).then([begun()]);
    // Without the intent nothing came of it.
    let queued_only = Rejection::Unready { state: DeliveryState::Queued };
    given::<Delivery>([queued()]).when(Command::Complete).rejected(&queued_only);
    // One that waited in a backup that was restored may have been sent since.
    given::<Delivery>([queued()]).when(doubt).then([doubted]);
    given::<Delivery>([]).when(Command::Begin).rejected(&Rejection::NotFound);
    let queue = Command::Queue { channel: "phone".to_owned(), message: message(), at: NOW };
    given::<Delivery>([]).when(queue.clone()).then([queued()]);
    given::<Delivery>([queued()]).when(queue).then([]);
}

// invariant: N-6
#[test]
fn what_surely_was_not_taken_is_tried_again_ever_later_and_then_kept() {
    let again = |failures: u64| Some(NOW.after(Duration::from_secs(5 << failures)));
    let failed = |again_at| Event::Failed { failure: failure(FailureClass::Network), again_at };
    given::<Delivery>([queued(), Event::Begun {}]).when(fail(FailureClass::Network)).then([failed(again(0))]);
    given::<Delivery>([queued(), Event::Begun {}, failed(again(0)), Event::Begun {}])
        .when(fail(FailureClass::Network))
        .then([failed(again(1))]);
    let refused = Event::Failed { failure: failure(FailureClass::Forbidden), again_at: None };
    given::<Delivery>([queued(), Event::Begun {}])
        .when(fail(FailureClass::Forbidden))
        .then([refused.clone()]);
    let mut state = State::default();
    Delivery::evolve(&mut state, &queued());
    for class in [FailureClass::Network, FailureClass::RateLimit] {
        let mut tries = 0;
        while state.state != Some(DeliveryState::Failed) {
            for command in [Command::Begin, fail(class)] {
                let events = Delivery::decide(&state, command).unwrap();
                for event in &events {
                    Delivery::evolve(&mut state, event);
                }
            }
            tries += 1;
        }
        assert_eq!(tries, 30, "{class:?}");
        let events = Delivery::decide(&state, Command::Retry { now: NOW }).unwrap();
        for event in &events {
            Delivery::evolve(&mut state, event);
        }
        assert_eq!((state.state, state.failures), (Some(DeliveryState::Queued), 0));
    }
    given::<Delivery>([queued(), Event::Begun {}, refused])
        .when(Command::Retry { now: NOW })
        .then([Event::Retried { at: NOW }]);
    given::<Delivery>([queued()]).when(Command::Retry { now: NOW }).then([]);
}

#[test]
fn a_person_who_wants_it_sent_does_not_wait_for_its_moment() {
    let later = NOW.after(Duration::from_hours(24));
    let waiting = Event::Queued { channel: "phone".to_owned(), message: message(), at: later };
    let retried = Event::Retried { at: NOW };
    given::<Delivery>([waiting.clone()]).when(Command::Retry { now: NOW }).then([retried.clone()]);
    given::<Delivery>([waiting.clone(), retried]).when(Command::Retry { now: NOW }).then([]);
    given::<Delivery>([waiting]).when(Command::Retry { now: later }).then([]);
}
