//! Passwords of people: what is kept of one is a hash that takes work to make (argon2id), and lies in the vault.
//!
//! Whatever hashes here takes tens of milliseconds and [`MEMORY_KIB`] of memory: never on a thread that answers requests.

use std::{sync::LazyLock, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{Salt, SaltString},
};
use mediary_schema::{CommandId, Identities, Secret};
use tokio::{sync::Semaphore, time::timeout};

use crate::{spawn, vault::Value};

/// Memory of one hashing.
pub const MEMORY_KIB: u32 = 19_456;
/// How often that memory is gone through. Both are what OWASP asks of argon2id at least; a hash says by what it was made,
/// so that they can be raised at any time.
const PASSES: u32 = 2;
/// The shortest password, in characters.
pub const CHARS_MIN: usize = 10;
/// The longest one, in bytes: what is hashed first is what somebody sent.
pub const BYTES_MAX: usize = 1_024;

/// Hashings at once, in all: two cores' work, and [`MEMORY_KIB`] each.
static PLACES: Semaphore = Semaphore::const_new(2);
/// How long one waits for its place; what comes in faster is refused.
const WAIT: Duration = Duration::from_secs(5);

/// There were too many to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being looked at")]
pub struct Busy;

/// [`hash`] on a thread for such work.
pub async fn hashed(identities: Identities, command_id: CommandId, password: Secret) -> Result<Value, Busy> {
    apart(move || hash(&identities, command_id, &password)).await
}

/// Whether a password is the one whose hash a function finds, which is told on a thread for such work.
pub async fn is_that(
    password: Secret,
    find: impl FnOnce() -> Option<Value> + Send + 'static,
) -> Result<bool, Busy> {
    apart(move || is_it(&password, find().as_ref())).await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
    let place = timeout(WAIT, PLACES.acquire()).await.map_err(|_| Busy)?;
    let _place = place.map_err(|_| Busy)?;
    spawn::blocking(work).await.map_err(|_| Busy)
}

/// Why a text is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It would be guessed.
    #[error("a password has {CHARS_MIN} characters at least")]
    TooShort,
    /// Nobody types that.
    #[error("a password has {BYTES_MAX} bytes at most")]
    TooLong,
}

impl mediary_events::Rejection for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::TooShort => "PASSWORD_TOO_SHORT",
            Self::TooLong => "PASSWORD_TOO_LONG",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::TooShort => Some("a few words in a row are easy to type and hard to guess".to_owned()),
            Self::TooLong => None,
        }
    }
}

/// Refuses what is no password.
pub fn check(password: &Secret) -> Result<(), Refused> {
    let password = password.reveal();
    if password.len() > BYTES_MAX {
        Err(Refused::TooLong)
    } else if password.chars().count() < CHARS_MIN {
        Err(Refused::TooShort)
    } else {
        Ok(())
    }
}

/// The hash of a password that a command sets, in PHC's form. The salt follows from the command by the installation's key,
/// so that the same command with the same password is the same, and nobody knows a salt before it is used.
pub fn hash(identities: &Identities, command_id: CommandId, password: &Secret) -> Value {
    let key = blake3::derive_key("mediary 2026-11-28 salt of a password", identities.key().as_bytes());
    let drawn = blake3::keyed_hash(&key, command_id.uuid().as_bytes());
    hash_with(&drawn.as_bytes()[..Salt::RECOMMENDED_LENGTH], password)
}

fn hash_with(salt: &[u8], password: &Secret) -> Value {
    let salt = SaltString::encode_b64(salt).expect("16 bytes are a salt");
    let hashed = hasher().hash_password(password.reveal().as_bytes(), &salt);
    hashed.expect("a password within its length is hashed").to_string().into()
}

/// Whether a password is the one that a hash was made of. Without a hash it takes as long, and it is not.
pub fn is_it(password: &Secret, hash: Option<&Value>) -> bool {
    /// What is compared where there is nothing: of no password that anybody knows.
    static NOBODYS: LazyLock<Value> =
        LazyLock::new(|| hash_with(&[0; Salt::RECOMMENDED_LENGTH], &crate::token::new()));
    let text = std::str::from_utf8(hash.unwrap_or(&NOBODYS).reveal()).unwrap_or_default();
    let is_same = match PasswordHash::new(text) {
        Ok(parsed) => hasher().verify_password(password.reveal().as_bytes(), &parsed).is_ok(),
        Err(error) => {
            tracing::error!(%error, "the hash of a password can't be read: set it anew");
            false
        }
    };
    is_same && hash.is_some()
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("within the bounds of argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use mediary_events::testing::samples;
    use uuid::Uuid;

    use super::*;

    fn password(text: &str) -> Secret {
        Secret::new(text)
    }

    fn hash_of(number: u128, text: &str) -> Value {
        hash(&samples::identities(), CommandId::from_uuid(Uuid::from_u128(number)), &password(text))
    }

    // SE-01.
    #[test]
    fn a_password_is_known_by_a_hash_that_takes_work() {
        let kept = hash_of(1, "correct horse battery");
        let text = String::from_utf8(kept.reveal().to_vec()).unwrap();
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        assert!(is_it(&password("correct horse battery"), Some(&kept)));
        assert!(!is_it(&password("correct horse batterz"), Some(&kept)));
        assert_eq!(kept, hash_of(1, "correct horse battery"), "a repeated command is the same");
        assert_ne!(kept, hash_of(2, "correct horse battery"), "and another one has another salt");
    }

    #[test]
    fn where_there_is_no_password_none_is_right() {
        for hash in [None, Some(Value::from("nonsense"))] {
            assert!(!is_it(&password("correct horse battery"), hash.as_ref()));
        }
    }

    #[test]
    fn what_is_guessed_or_never_typed_is_no_password() {
        assert_eq!(check(&password("nine char")), Err(Refused::TooShort));
        assert_eq!(check(&password("zehn Zeich")), Ok(()));
        assert_eq!(check(&password(&"x".repeat(1_025))), Err(Refused::TooLong));
    }
}
