use mediary_schema::{
    DataKeyId, PrincipalId, ProjectId, SealedId, SessionId, TokenId,
    account::{Permissions, Role, SessionEnd, TokenKind},
};

use super::super::{Account, Event};
use crate::{
    Concern as _,
    testing::{NOW, history, samples},
};

fn samples() -> Vec<Event> {
    let token_id = TokenId::from_uuid(samples::uuid(7));
    let user_id = PrincipalId::from_uuid(samples::uuid(8));
    let session_id = SessionId::from_uuid(samples::uuid(9));
    let data_key_id = DataKeyId::from_uuid(samples::uuid(10));
    let sealed_id = SealedId::from_uuid(samples::uuid(11));
    let digest = || "4878ca0425c739fa427f7eda20fe845f6b2e46ba5fe2a14df5b1e32f50603215".to_owned();
    let permissions = Permissions::parse(&["follow", "secret"].map(str::to_owned)).unwrap();
    let project_id = ProjectId::HOME;
    vec![
        Event::TokenIssued {
            token_id,
            name: "laptop in the kitchen".to_owned(),
            digest: "4878ca0425c739fa427f7eda20fe845f6b2e46ba5fe2a14df5b1e32f50603215".to_owned(),
            role: Role::Editor,
            kind: TokenKind::Folder,
            project_id: ProjectId::HOME,
            networks: vec!["192.168.1.0/24".parse().unwrap()],
            expires_at: Some(NOW),
        },
        Event::NatsGranted { token_id, password_hash: "$2a$04$abcdefghijklmnopqrstuuu".to_owned() },
        Event::CommandRefused { token_id, command: "playlist.follow".to_owned() },
        Event::TokenRevoked { token_id },
        Event::UserAdded { user_id, name: "anna".to_owned(), role: Role::Viewer, permissions, project_id },
        Event::UserSet { user_id, name: "ann".to_owned(), role: Role::Editor, permissions },
        Event::UserDisabled { user_id },
        Event::UserEnabled { user_id },
        Event::UserRemoved { user_id, data_key_id: Some(data_key_id) },
        Event::PasswordSet { user_id, data_key_id, sealed_id },
        Event::UserInvited { user_id, digest: digest(), expires_at: NOW },
        Event::InvitationTaken { user_id, digest: digest() },
        Event::SessionOpened {
            session_id,
            user_id,
            digest: digest(),
            opened_at: NOW,
            expires_at: NOW,
            address: "192.168.1.7".to_owned(),
            agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        },
        Event::SessionRenewed { session_id, expires_at: NOW },
        Event::SessionEnded { session_id, user_id, reason: SessionEnd::SignedOut },
        Event::SignInRefused { user_id: Some(user_id), address: "192.168.1.7".to_owned(), more: 3 },
        Event::UserCommandRefused { user_id, session_id, command: "token.create".to_owned() },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Account>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/account/history"), &samples());
}

// SE-10: what would be taken away of an event once it is erased is what it says of a person, and sealed by his key. Tokens
// have names of things, and an address from which nobody's name was typed is nobody's.
#[test]
fn what_is_said_of_a_user_is_sealed_by_his_key() {
    for event in samples() {
        let says_something = Account::redact(&event).as_ref() != Some(&event);
        let is_of_a_token = matches!(event, Event::TokenIssued { .. });
        assert_eq!(Account::person(&event).is_some(), says_something && !is_of_a_token, "{event:?}");
    }
    let of_nobody = Event::SignInRefused { user_id: None, address: "192.168.1.7".to_owned(), more: 0 };
    assert_eq!(Account::person(&of_nobody), None);
}
