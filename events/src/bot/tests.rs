mod history;

use mediary_schema::{PrincipalId, SecretId, TokenId, bot};
use uuid::Uuid;

use super::{Bot, Command, Event, Rejection};
use crate::testing::given;

fn settings(allow: &[u64]) -> bot::Bot {
    bot::Bot {
        secret_id: SecretId::from_uuid(Uuid::from_u128(5)),
        allow: allow.to_vec(),
        per_minute: 20,
        server: None,
    }
}

fn principal() -> PrincipalId {
    PrincipalId::from_uuid(Uuid::from_u128(1))
}

fn token_id() -> TokenId {
    TokenId::from_uuid(Uuid::from_u128(2))
}

fn set(bot: bot::Bot) -> Command {
    Command::Set { bot, principal: principal(), token_id: token_id() }
}

fn was_set(bot: bot::Bot) -> Event {
    Event::Set { bot, principal: principal(), token_id: token_id() }
}

#[test]
fn people_may_ask_by_it_until_nobody_may_any_more() {
    given::<Bot>([]).when(set(settings(&[7]))).then([was_set(settings(&[7]))]);
    given::<Bot>([was_set(settings(&[7]))]).when(set(settings(&[7]))).then([]);
    given::<Bot>([was_set(settings(&[7]))]).when(set(settings(&[8]))).then([was_set(settings(&[8]))]);
    given::<Bot>([was_set(settings(&[7]))]).when(Command::Remove).then([Event::Removed {}]);
    given::<Bot>([]).when(Command::Remove).rejected(&Rejection::NotFound);
    given::<Bot>([was_set(settings(&[7])), Event::Removed {}])
        .when(Command::Remove)
        .rejected(&Rejection::NotFound);
}

// SE-15: allowed people only, and a limit for each.
#[test]
fn a_bot_for_everybody_or_without_a_limit_is_none() {
    let bad = |bot: bot::Bot| {
        let reason = bot.check().unwrap_err();
        given::<Bot>([]).when(set(bot)).rejected(&Rejection::BadSettings { reason });
    };
    bad(settings(&[]));
    bad(settings(&[7; 101]));
    bad(bot::Bot { per_minute: 0, ..settings(&[7]) });
    bad(bot::Bot { per_minute: 61, ..settings(&[7]) });
    for server in ["", "api.telegram.org", "ftp://a.example", "https://anna:hunter2@a.example", "https://"] {
        bad(bot::Bot { server: Some(server.to_owned()), ..settings(&[7]) });
    }
    let server = Some("http://127.0.0.1:8081".to_owned());
    assert_eq!(bot::Bot { server, ..settings(&[7]) }.check(), Ok(()));
}
