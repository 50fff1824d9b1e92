//! Links to one file that work without a token, until they end.
//!
//! Guarantees: a link opens one file and what lies beside it, and nothing else; it does no more than whoever gave it away may do
//! at that moment, and ends with him; nobody makes or changes one without the key, which follows from the vault's master key and
//! is another one after `mediary secret rotate`.

use std::ops::RangeInclusive;

use mediary_log::{
    token::Denied,
    vault::{Vault, VaultError},
};
use mediary_schema::{FileId, PrincipalId, Timestamp, TokenId};
use uuid::Uuid;

use crate::session::Lender;

/// For how many seconds a link may work: from a minute to a week.
pub(crate) const LINK_SECONDS: RangeInclusive<u32> = 60..=7 * 24 * 3_600;
/// For how many it works unless somebody says otherwise: a day.
pub(crate) const LINK_SECONDS_DEFAULT: u32 = 24 * 3_600;

/// What the key is for.
const PURPOSE: &str = "mediary 2026-11-28 links to files";
const MICROS: i64 = 1_000_000;

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// Who gave it away.
    pub(super) lender: Lender,
    /// Its last second.
    ends_at_s: i64,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// It is none that this server made, by the key that it has now.
    #[error(
        "this link opens nothing here: it was changed or cut off on its way, is another file's, or all links were ended; ask \
         whoever gave it to you for another one"
    )]
    Altered,
    /// Its time is over, or that of whoever gave it away.
    #[error("this link has ended: ask whoever gave it to you for another one")]
    Ended,
    /// Whether whoever gave it away still may can't be told.
    #[error("{}", Denied::Unreadable)]
    Unknown,
}

impl Link {
    /// A link of somebody, to a moment in whole seconds.
    pub(crate) const fn new(lender: Lender, ends_at: Timestamp) -> Self {
        Self { lender, ends_at_s: ends_at.as_micros() / MICROS }
    }

    /// When it ends.
    pub(crate) const fn ends_at(&self) -> Timestamp {
        Timestamp::from_micros(self.ends_at_s * MICROS)
    }

    /// What is to stand behind `link=` in the address of a file. May block.
    pub(crate) fn sign(&self, vault: &Vault, file_id: FileId) -> Result<String, VaultError> {
        let Self { lender, ends_at_s } = self;
        let (principal, id) = (lender.principal.uuid().simple(), lender.id.uuid().simple());
        let proof = self.proof(&*vault.key_for(PURPOSE)?, file_id).to_hex();
        Ok(format!("{ends_at_s:x}-{principal}-{id}-{proof}"))
    }

    /// What somebody shows for a file, if it is a link to that one. May block.
    pub(super) fn read(
        vault: &Vault,
        file_id: FileId,
        shown: &str,
        now: Timestamp,
    ) -> Result<Result<Self, Refused>, VaultError> {
        let Some((link, proof)) = Self::parse(shown) else { return Ok(Err(Refused::Altered)) };
        // Compared in a time that does not tell how far both are the same.
        let is_ours = link.proof(&*vault.key_for(PURPOSE)?, file_id) == proof;
        Ok(match is_ours {
            false => Err(Refused::Altered),
            true if link.ends_at() <= now => Err(Refused::Ended),
            true => Ok(link),
        })
    }

    fn parse(shown: &str) -> Option<(Self, blake3::Hash)> {
        let mut parts = shown.split('-');
        let ends_at_s = i64::from_str_radix(parts.next().filter(|text| text.len() <= 10)?, 16).ok()?;
        let principal = PrincipalId::from_uuid(Uuid::try_parse(parts.next()?).ok()?);
        let id = TokenId::from_uuid(Uuid::try_parse(parts.next()?).ok()?);
        let proof = blake3::Hash::from_hex(parts.next()?).ok()?;
        parts.next().is_none().then_some((Self { lender: Lender { principal, id }, ends_at_s }, proof))
    }

    /// Each part has its length, so that no two links are the same bytes.
    fn proof(&self, key: &[u8; 32], file_id: FileId) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(key);
        hasher.update(file_id.uuid().as_bytes());
        hasher.update(self.lender.principal.uuid().as_bytes());
        hasher.update(self.lender.id.uuid().as_bytes());
        hasher.update(&self.ends_at_s.to_be_bytes());
        hasher.finalize()
    }
}
