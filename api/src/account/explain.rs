use mediary_events::{
    Concern as _,
    account::{Account, Event},
};
use mediary_log::{Direction, Filter, Read, Recorded};
use mediary_schema::{
    PrincipalId, SessionId, TokenId,
    account::{SessionEnd, TokenKind},
};
use uuid::Uuid;

use crate::event::explain::{Explains, Finder, Found, event_of};

/// What is said of accounts and their tokens.
pub(crate) struct Words;

impl Explains for Words {
    fn concern(&self) -> &'static str {
        Account::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Account::NAME, PrincipalId::KIND, SessionId::KIND, TokenId::KIND]
    }

    fn last_event(&self, finder: &Finder, kind: &str, uuid: Uuid) -> Found<Option<Recorded>> {
        if kind == SessionId::KIND {
            return finder.last_naming(SessionId::from_uuid(uuid).into(), Account::NAME);
        }
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
            Event::TokenIssued { name, kind, .. } => format!("made {}", token_words(&name, kind)),
            Event::NatsGranted { token_id, .. } => {
                format!("let {} speak over NATS", token(finder, principal, token_id)?)
            }
            Event::CommandRefused { token_id, command } => {
                let token = token(finder, principal, token_id)?;
                format!("was refused {command}, which {token} does not allow")
            }
            Event::TokenRevoked { token_id } => {
                format!("revoked {}", token(finder, principal, token_id)?)
            }
            Event::UserAdded { user_id, name, .. } => format!("added {}", called(finder, user_id, &name)?),
            Event::UserSet { user_id, name, role, .. } => {
                let whom = called(finder, user_id, &name)?;
                format!("let {whom} do what a role allows: {}", super::object::role_word(role))
            }
            Event::UserDisabled { user_id } => format!("disabled {}", user(finder, user_id)?),
            Event::UserEnabled { user_id } => format!("enabled {} again", user(finder, user_id)?),
            Event::UserRemoved { user_id, .. } => format!("removed {}", user(finder, user_id)?),
            Event::PasswordSet { user_id, .. } => format!("set the password of {}", user(finder, user_id)?),
            Event::UserInvited { user_id, .. } => {
                format!("made a link by which {} sets his password", user(finder, user_id)?)
            }
            Event::InvitationTaken { user_id, .. } => {
                format!("used a link as {}", user(finder, user_id)?)
            }
            Event::SessionOpened { user_id, address, .. } => {
                format!("signed in as {} from {address}", user(finder, user_id)?)
            }
            Event::SessionRenewed { .. } => "stayed signed in".to_owned(),
            Event::SessionEnded { user_id, reason, .. } => {
                let user = user(finder, user_id)?;
                match reason {
                    SessionEnd::SignedOut => format!("signed out as {user}"),
                    SessionEnd::Revoked => format!("ended a session of {user}"),
                    SessionEnd::PasswordChanged => {
                        format!("ended a session of {user}, who has another password")
                    }
                    SessionEnd::UserRemoved => format!("ended a session of {user}, who is removed"),
                    SessionEnd::Expired => format!("noticed that a session of {user} was over"),
                    SessionEnd::Crowded => format!("ended the oldest of too many sessions of {user}"),
                }
            }
            Event::SignInRefused { user_id: Some(user_id), address, .. } => {
                format!("did not let somebody at {address} in as {}", user(finder, user_id)?)
            }
            Event::SignInRefused { user_id: None, address, .. } => {
                format!("did not let somebody at {address} in, whose name is nobody's")
            }
            Event::UserCommandRefused { user_id, command, .. } => {
                format!("was refused {command}, which {} may not", user(finder, user_id)?)
            }
        }))
    }
}

/// A user by the name that he had then; by the one of now where that is gone.
fn called(finder: &Finder, user_id: PrincipalId, name: &str) -> Found<String> {
    if name.is_empty() { user(finder, user_id) } else { Ok(format!("the user '{name}'")) }
}

/// A user in words, for whoever may know his name.
pub(crate) fn user(finder: &Finder, user_id: PrincipalId) -> Found<String> {
    /// The newest has the name, unless it was erased.
    const LOOKED_AT_MAX: usize = 8;
    // By the index: the account has an event for each time that anybody signs in.
    let named = Filter::about(user_id).of_kinds(["account.user_added", "account.user_set"]);
    let events = finder.reader.read(&Read::backward(u64::MAX).limit(LOOKED_AT_MAX).filter(named))?;
    let name = |recorded: &Recorded| match event_of::<Account>(recorded)? {
        Event::UserAdded { name, .. } | Event::UserSet { name, .. } => (!name.is_empty()).then_some(name),
        _ => None,
    };
    Ok(match events.iter().find_map(name) {
        Some(name) => format!("the user '{name}'"),
        None if user_id == PrincipalId::OWNER => "the owner".to_owned(),
        // He was shredded or his name erased.
        None if !events.is_empty() => "a user without a name".to_owned(),
        // Whoever asks may not read who he is.
        None => "somebody else".to_owned(),
    })
}

/// Events of an account that are looked at.
const EVENTS_MAX: usize = 10_000;

/// A token in words, for whoever may know it.
pub(crate) fn known_token(finder: &Finder, of: PrincipalId, token_id: TokenId) -> Found<Option<String>> {
    let events = finder.reader.read_stream(&Account::stream(of.uuid()), 1, Direction::Forward, EVENTS_MAX)?;
    let words = |recorded: &Recorded| match event_of::<Account>(recorded)? {
        Event::TokenIssued { token_id: id, name, kind, .. } => {
            (id == token_id).then(|| token_words(&name, kind))
        }
        _ => None,
    };
    Ok(events.iter().find_map(words))
}

/// A token in words; by its id for whoever may not know what it is called.
fn token(finder: &Finder, of: PrincipalId, token_id: TokenId) -> Found<String> {
    let known = known_token(finder, of, token_id)?;
    Ok(known.unwrap_or_else(|| format!("the token '{token_id}'")))
}

/// The token that lies in the data folder has a name for programs, with the moment that it was made at.
fn token_words(name: &str, kind: TokenKind) -> String {
    match kind {
        TokenKind::Folder => "the token of the server's own machine".to_owned(),
        TokenKind::Personal | TokenKind::Setup => format!("the token '{name}'"),
    }
}
