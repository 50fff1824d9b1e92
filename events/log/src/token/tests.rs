//! Tokens before a real log.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::Ordering,
};

use futures::FutureExt as _;
use mediary_events::{
    Concern as _,
    account::{Account, Command},
    log::Logs,
    testing::NOW,
};
use mediary_schema::{
    Clock, PrincipalId, ProjectId, Timestamp, TokenId,
    account::{Role, TokenKind},
};
use uuid::Uuid;

use super::{Denied, Tokens, digest};
use crate::{
    alarm::{Alarms, Leaps},
    gate::Gate,
    log::{NewEvent, Read, Schema, StreamId},
    testing,
};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn id(number: u128) -> TokenId {
    TokenId::from_uuid(Uuid::from_u128(number))
}

async fn tell(gate: &Gate, command: Command) -> u64 {
    let caller = testing::person(Role::Owner, gate.ids().next().as_u128());
    gate.execute::<Account>(caller, PrincipalId::OWNER.uuid(), command).await.unwrap().position
}

async fn issue(gate: &Gate, number: u128, expires_at: Option<Timestamp>) -> u64 {
    let (name, digest) = (format!("token {number}"), digest(&format!("secret {number}")));
    let issue = Command::Issue {
        token_id: id(number),
        name,
        digest,
        role: Role::Owner,
        kind: TokenKind::Personal,
        project_id: ProjectId::HOME,
        networks: Vec::new(),
        expires_at,
        now: NOW,
    };
    tell(gate, issue).await
}

// core A4: a program that does not know what happened to an account must not let anybody in by it.
// invariant: G-5
#[tokio::test]
async fn an_account_with_an_unknown_event_opens_to_nobody() {
    closed_by("token_suspended", Schema::new(1, 0), vec![0x80]).await;
}

// core A4: what was added may say that a token is good for less than it seems.
// invariant: G-5
#[tokio::test]
async fn an_account_of_which_something_is_not_understood_opens_to_nobody() {
    let payload = serde_json::json!({ "token_id": id(2), "bound_to": "10.0.0.0/8" });
    closed_by("token_revoked", Schema::new(1, 1), rmp_serde::to_vec_named(&payload).unwrap()).await;
}

// What is gone may have been a revocation.
// invariant: G-5
#[tokio::test]
async fn an_account_of_which_something_is_gone_with_nothing_in_its_place_opens_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    issue(&gate, 1, None).await;
    issue(&gate, 2, None).await;
    let position = tell(&gate, Command::Revoke { token_id: id(2) }).await;
    let erased = mediary_events::log::Event::Erased {
        positions: vec![position],
        reason: "on request".to_owned(),
        replacements: Vec::new(),
    };
    let encoded = mediary_events::codec::encode::<Logs>(&erased);
    let erasing = NewEvent::new(
        Logs::stream(gate.log().id()),
        encoded.kind.name,
        encoded.kind.schema,
        encoded.payload.into(),
    );
    testing::append_raw(gate.log(), vec![erasing]).await;
    let tokens = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    assert_eq!(tokens.find("secret 1", HERE), Err(Denied::Unreadable));
}

/// An account is closed by an event that a newer program recorded.
async fn closed_by(name: &'static str, schema: Schema, payload: Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    issue(&gate, 1, None).await;
    let tokens = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    let session = tokens.find("secret 1", HERE).unwrap();

    let newer = NewEvent::new(Account::stream(PrincipalId::OWNER.uuid()), name, schema, payload.into());
    testing::append_raw(gate.log(), vec![newer]).await;
    tokens.ended(session).await;
    assert_eq!(tokens.find("secret 1", HERE), Err(Denied::Unreadable));
    assert!(tokens.all().is_empty());

    let again = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    assert_eq!(again.find("secret 1", HERE), Err(Denied::Unreadable), "nor after a start");
}

// invariant: E-9
#[tokio::test]
async fn a_session_ends_with_the_revocation_of_its_token_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    issue(&gate, 1, None).await;
    let tokens = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    let position = issue(&gate, 2, None).await;
    tokens.reached(position).await;
    let (first, second) = (tokens.find("secret 1", HERE).unwrap(), tokens.find("secret 2", HERE).unwrap());
    assert_eq!(tokens.all().into_values().collect::<Vec<_>>(), [first, second]);

    let position = tell(&gate, Command::Revoke { token_id: id(1) }).await;
    tokens.ended(first).await;
    tokens.reached(position).await;
    assert_eq!(tokens.find("secret 1", HERE), Err(Denied::Refused));
    assert_eq!(tokens.get(second.principal, second.token_id), Ok(second));
    assert_eq!(tokens.ended(second).now_or_never(), None, "the other goes on");
}

// The moment is the clock's, not a while after the look-up: a machine that slept wakes to a closed door.
// invariant: E-9
#[tokio::test(start_paused = true)]
async fn a_session_ends_when_the_clock_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    let hour = std::time::Duration::from_hours(1);
    issue(&gate, 1, Some(NOW.after(hour))).await;
    let (clock, now) = Clock::manual(NOW);
    let (leaps, driver) = Leaps::driven();
    let tokens = Tokens::start(gate.log(), Alarms::start(clock, leaps)).unwrap();
    let session = tokens.find("secret 1", HERE).unwrap();
    let mut ended = std::pin::pin!(tokens.ended(session));
    assert_eq!(ended.as_mut().now_or_never(), None);
    now.store(NOW.after(hour).as_micros(), Ordering::SeqCst);
    driver.notify_one();
    let before = tokio::time::Instant::now();
    ended.await;
    assert_eq!(before.elapsed(), std::time::Duration::ZERO, "at once");
    assert_eq!(tokens.find("secret 1", HERE), Err(Denied::Refused));
}

// invariant: G-5
#[tokio::test]
async fn a_token_that_is_bound_to_networks_lets_nobody_in_from_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    let issue = Command::Issue {
        token_id: id(1),
        name: "at home".to_owned(),
        digest: digest("secret 1"),
        role: Role::Owner,
        kind: TokenKind::Personal,
        project_id: ProjectId::HOME,
        networks: vec!["192.168.1.0/24".parse().unwrap()],
        expires_at: None,
        now: NOW,
    };
    tell(&gate, issue).await;
    let tokens = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    assert_eq!(tokens.find("secret 1", HERE), Err(Denied::Refused));
    for address in ["192.168.1.7", "::ffff:192.168.1.7"] {
        assert!(tokens.find("secret 1", address.parse().unwrap()).is_ok(), "{address}");
    }
}

// core C1: the first request after a start went through the whole log.
#[tokio::test]
async fn who_may_come_in_is_known_without_reading_the_rest_of_the_log() {
    // The text of it stands in its events, where no other event has it.
    const UNREAD: &str = "unread_concern";
    let folder = tempfile::tempdir().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    let of = |category: &'static str| {
        let stream = StreamId::new(category, Uuid::from_u128(7));
        NewEvent::new(stream, "noted", Schema::new(1, 0), vec![0x80].into())
    };
    issue(&gate, 1, None).await;
    // What lies at either end is proved at each opening.
    for (category, number) in [("job", 2), (UNREAD, 3), ("job", 4)] {
        testing::append_raw(gate.log(), vec![of(category); 600]).await;
        issue(&gate, number, None).await;
    }
    drop(gate);
    // Whoever reads the events in the middle stumbles over them.
    let file = folder.path().join("log/00000000000000000001.redb");
    let mut bytes = std::fs::read(&file).unwrap();
    for at in 0..bytes.len() - UNREAD.len() {
        if bytes[at..].starts_with(UNREAD.as_bytes()) {
            bytes[at] = b'-';
        }
    }
    std::fs::write(&file, bytes).unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    gate.log().read(&Read::forward(700)).unwrap_err();
    let tokens = Tokens::start(gate.log(), Alarms::system(gate.clock().clone())).unwrap();
    for number in 1..=4 {
        tokens.find(&format!("secret {number}"), HERE).unwrap();
    }
}
