mod history;
mod user;

use std::time::Duration;

use mediary_schema::{
    ProjectId, Timestamp, TokenId,
    account::{Role, TokenKind},
};
use uuid::Uuid;

use super::{Account, Command, Event, Rejection};
use crate::testing::{NOW, given};

fn id(number: u128) -> TokenId {
    TokenId::from_uuid(Uuid::from_u128(number))
}

fn issue(number: u128, name: &str) -> Command {
    Command::Issue {
        token_id: id(number),
        name: name.to_owned(),
        digest: format!("{number:064x}"),
        role: Role::Editor,
        kind: TokenKind::Personal,
        project_id: ProjectId::HOME,
        networks: Vec::new(),
        expires_at: None,
        now: NOW,
    }
}

fn issued(number: u128, name: &str) -> Event {
    Event::TokenIssued {
        token_id: id(number),
        name: name.to_owned(),
        digest: format!("{number:064x}"),
        role: Role::Editor,
        kind: TokenKind::Personal,
        project_id: ProjectId::HOME,
        networks: Vec::new(),
        expires_at: None,
    }
}

#[test]
fn a_token_has_a_name_of_its_own() {
    given::<Account>([]).when(issue(1, "laptop")).then([issued(1, "laptop")]);
    given::<Account>([issued(1, "laptop")])
        .when(issue(2, "laptop"))
        .rejected(&Rejection::NameTaken { name: "laptop".to_owned() });
    given::<Account>([]).when(issue(1, "")).rejected(&Rejection::BadName);
}

#[test]
fn a_revoked_token_is_gone_and_its_name_free() {
    let events = [issued(1, "laptop"), Event::TokenRevoked { token_id: id(1) }];
    given::<Account>(events.clone()).when(issue(2, "laptop")).then([issued(2, "laptop")]);
    given::<Account>(events)
        .when(Command::Revoke { token_id: id(1) })
        .rejected(&Rejection::NotFound { token_id: id(1) });
}

/// The same, ending an hour after a moment.
fn ending(mut event: Event, after: Timestamp) -> Event {
    if let Event::TokenIssued { expires_at, .. } = &mut event {
        *expires_at = Some(after.after(Duration::from_hours(1)));
    }
    event
}

// edge A15.
#[test]
fn the_name_of_a_token_that_has_ended_is_free() {
    let long_ago = Timestamp::from_micros(0);
    given::<Account>([ending(issued(1, "laptop"), long_ago)])
        .when(issue(2, "laptop"))
        .then([issued(2, "laptop")]);
    given::<Account>([ending(issued(1, "laptop"), NOW)])
        .when(issue(2, "laptop"))
        .rejected(&Rejection::NameTaken { name: "laptop".to_owned() });
}

// blackbox 18.
#[test]
fn a_token_that_ends_at_once_is_refused() {
    let mut command = issue(1, "laptop");
    if let Command::Issue { expires_at, now, .. } = &mut command {
        *expires_at = Some(*now);
    }
    given::<Account>([]).when(command).rejected(&Rejection::EndsAtOnce);
}

/// A token that may be shown from so many networks.
fn bound(count: u8) -> (Command, Event) {
    let bind = || (0..count).map(|n| format!("10.0.{n}.0/24").parse().unwrap()).collect();
    let (mut command, mut event) = (issue(1, "laptop"), issued(1, "laptop"));
    if let Command::Issue { networks, .. } = &mut command {
        *networks = bind();
    }
    if let Event::TokenIssued { networks, .. } = &mut event {
        *networks = bind();
    }
    (command, event)
}

#[test]
fn a_token_is_bound_to_few_networks() {
    let (command, event) = bound(16);
    given::<Account>([]).when(command).then([event]);
    given::<Account>([]).when(bound(17).0).rejected(&Rejection::TooManyNetworks);
}

// Nobody sees from where a message over NATS was sent.
#[test]
fn a_token_that_is_bound_to_networks_is_not_for_nats() {
    let grant = Command::GrantNats { token_id: id(1), password_hash: "$2a$".to_owned() };
    given::<Account>([bound(1).1]).when(grant).rejected(&Rejection::BoundToNetworks);
}

#[test]
fn a_token_is_welcome_from_its_networks_and_others_from_anywhere() {
    let mut state = super::State::default();
    state.evolve(&bound(1).1);
    state.evolve(&issued(2, "phone"));
    let welcome =
        |number: u128, address: &str| state.tokens[&id(number)].is_welcome_from(address.parse().unwrap());
    assert!(welcome(1, "10.0.0.9") && !welcome(1, "10.0.1.9"));
    assert!(welcome(2, "10.0.1.9") && welcome(2, "::1"));
}

#[test]
fn a_refused_command_is_noted_once() {
    let command = || "playlist.follow".to_owned();
    let note = || Command::NoteRefused { token_id: id(1), command: command() };
    let noted = || Event::CommandRefused { token_id: id(1), command: command() };
    given::<Account>([issued(1, "laptop")]).when(note()).then([noted()]);
    given::<Account>([issued(1, "laptop"), noted()]).when(note()).then([]);
    given::<Account>([]).when(note()).rejected(&Rejection::NotFound { token_id: id(1) });
}
