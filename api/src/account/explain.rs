use mediary_events::{
    Concern as _,
    account::{Account, Event},
};
use mediary_log::{Direction, Recorded};
use mediary_schema::{PrincipalId, TokenId};
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of accounts and their tokens.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Account::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Account::NAME, PrincipalId::KIND, TokenId::KIND]
    }

    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        if kind != TokenId::KIND {
            return finder.last_of(&Account::stream(uuid));
        }
        // Whoever speaks as himself has his token from somebody.
        let token_id = TokenId::from_uuid(uuid).to_string();
        for principal in [finder.scope().principal(), PrincipalId::OWNER] {
            let account = Account::stream(principal.uuid());
            if let Some(found) = finder.last_about(&account, "token_id", &token_id)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn deed(&self, finder: &Finder, recorded: &Recorded) -> Found<Option<String>> {
        let Some(event) = event_of::<Account>(recorded) else { return Ok(None) };
        let principal = PrincipalId::from_uuid(recorded.envelope.stream.uuid);
        Ok(Some(match event {
            Event::TokenIssued { name, .. } => format!("made the token '{name}'"),
            Event::NatsGranted { token_id, .. } => {
                let name = token_name(finder, principal, token_id)?;
                format!("let the token '{}' speak over NATS", name.unwrap_or_else(|| token_id.to_string()))
            }
            Event::CommandRefused { token_id, command } => {
                let name = token_name(finder, principal, token_id)?;
                let name = name.unwrap_or_else(|| token_id.to_string());
                format!("was refused {command}, which the token '{name}' does not allow")
            }
            Event::TokenRevoked { token_id } => {
                let name = token_name(finder, principal, token_id)?;
                format!("revoked the token '{}'", name.unwrap_or_else(|| token_id.to_string()))
            }
        }))
    }
}

/// What a token is called, for whoever may know it.
pub(crate) fn token_name(finder: &Finder, of: PrincipalId, token_id: TokenId) -> Found<Option<String>> {
    /// Events of an account that are looked at.
    const EVENTS_MAX: usize = 10_000;
    let events = finder.reader.read_stream(&Account::stream(of.uuid()), 1, Direction::Forward, EVENTS_MAX)?;
    let name = |recorded: &Recorded| match event_of::<Account>(recorded)? {
        Event::TokenIssued { token_id: id, name, .. } => (id == token_id).then_some(name),
        Event::NatsGranted { .. } | Event::CommandRefused { .. } | Event::TokenRevoked { .. } => None,
    };
    Ok(events.iter().find_map(name))
}
