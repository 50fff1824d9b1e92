use std::io;

use crate::log::ReadError;

/// Why the vault can't do what it is asked for. No text names a path or a value.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Who may read the key file has all secrets.
    #[error("the vault's key file can be read by others than its owner (mode {mode:o})")]
    KeyOpenToOthers {
        /// Its mode.
        mode: u32,
    },
    /// It can't be read.
    #[error("failed to read the vault's key file")]
    KeyUnreadable(#[source] io::Error),
    /// It can't be written.
    #[error("failed to write the vault's key file")]
    KeyUnwritable(#[source] io::Error),
    /// It holds no key.
    #[error("the vault's key file has something else in it than keys of 64 hex digits, one a line")]
    KeyMalformed,
    /// What is there can't be opened without it, and another one would not open it either.
    #[error("the vault's key file is not there, and the vault has keys that only it opens")]
    KeyMissing,
    /// A data key is wrapped by a master key that is not in the key file.
    #[error("the vault has a key that the key file does not open")]
    OfAnotherKey,
    /// It is damaged, or lies where it was not put.
    #[error("something in the vault is damaged, or is not what its name says")]
    Unopened,
    /// The folder can't be read or written.
    #[error("failed to read or write the vault")]
    Store(#[source] io::Error),
    /// There is nothing to keep, or too much.
    #[error("a secret has 1 to {} bytes", super::VALUE_BYTES_MAX)]
    BadValue,
    /// The log can't be read.
    #[error("failed to read what the log says of secrets")]
    Log(#[source] ReadError),
}

impl mediary_events::Rejection for VaultError {
    fn code(&self) -> &'static str {
        match self {
            Self::KeyOpenToOthers { .. }
            | Self::KeyUnreadable(_)
            | Self::KeyUnwritable(_)
            | Self::KeyMalformed
            | Self::KeyMissing
            | Self::OfAnotherKey => "VAULT_KEY_REFUSED",
            Self::Unopened | Self::Store(_) | Self::Log(_) => "VAULT_FAILED",
            Self::BadValue => "SECRET_BAD_VALUE",
        }
    }

    fn advice(&self) -> Option<String> {
        let advice = match self {
            Self::KeyOpenToOthers { .. } => {
                "take it from others (`chmod 600`); if somebody may have read it, `mediary secret rotate`, and set the secrets anew"
            }
            Self::KeyUnreadable(_) | Self::KeyMalformed => {
                "put the right file in its place, readable for the server's user alone"
            }
            Self::KeyUnwritable(_) => {
                "let the server write it; else put a new key of 64 hex digits on its first line, above the old one, and start again"
            }
            Self::KeyMissing | Self::OfAnotherKey => {
                "put the key file back; without it the secrets can't be read: move the folder `vault` away and set them anew"
            }
            Self::Unopened | Self::Store(_) | Self::Log(_) => {
                "look at the server's log and at the folder `vault`; a secret can be set anew"
            }
            Self::BadValue => "send the secret itself",
        };
        Some(advice.to_owned())
    }
}
