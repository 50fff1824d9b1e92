mod history;

use mediary_schema::{TokenId, account::Role};
use uuid::Uuid;

use super::{Account, Command, Event, Rejection};
use crate::testing::given;

fn id(number: u128) -> TokenId {
    TokenId::from_uuid(Uuid::from_u128(number))
}

fn issue(number: u128, name: &str) -> Command {
    Command::Issue {
        token_id: id(number),
        name: name.to_owned(),
        digest: format!("{number:064x}"),
        role: Role::Editor,
        expires_at: None,
    }
}

fn issued(number: u128, name: &str) -> Event {
    Event::TokenIssued {
        token_id: id(number),
        name: name.to_owned(),
        digest: format!("{number:064x}"),
        role: Role::Editor,
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
