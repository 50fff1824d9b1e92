use mediary_schema::{
    ProjectId, TokenId,
    account::{Role, TokenKind},
};

use super::super::{Account, Event};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let token_id = TokenId::from_uuid(samples::uuid(7));
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
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Account>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/account/history"), &samples());
}
