//! Who may come in: every accepted token, session and user, as a fold of the accounts that the log pushes.
//!
//! Guarantees: a look-up waits for nobody and reads no disk; what is recorded reaches every open session
//! at once ([`Tokens::ended`]); an account of which something is newer than this program, or gone with nothing in
//! its place, opens to nobody.

mod known;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, net::IpAddr, sync::Arc, time::Duration};

use mediary_schema::{PrincipalId, ProjectId, Secret, SessionId, Timestamp, TokenId, account::Rights};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tokio::sync::watch;

use self::known::Known;
use crate::{
    alarm::Alarms,
    log::{Filter, Log, ReadError},
    spawn::{self, Service},
};

/// Events that are folded at once.
const BATCH: usize = 1_024;
/// How long reading rests after a fault of the disk.
const REST: Duration = Duration::from_secs(1);

/// What a token begins with, so that people and scanners know one when they see it.
pub const PREFIX: &str = "mdy_";

/// The token of 32 bytes.
pub fn of(bytes: &[u8; 32]) -> Secret {
    Secret::new(format!("{PREFIX}{}", blake3::Hash::from(*bytes).to_hex()))
}

/// A new token: 32 bytes of the operating system.
pub fn new() -> Secret {
    of(&StdRng::from_os_rng().random())
}

/// The hash by which a token is known: BLAKE3 in 64 hex digits.
pub fn digest(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// An accepted token, a browser that is signed in, or a user as whoever has things done in his name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    /// In whose account it is.
    pub principal: PrincipalId,
    /// As whom its holder's commands are recorded: the same at every door.
    pub speaks_as: PrincipalId,
    /// Which one; of a session and of a user, the same UUID as theirs.
    pub token_id: TokenId,
    /// The session, if it is one.
    pub session_id: Option<SessionId>,
    /// The project whose things it opens.
    pub project: ProjectId,
    /// What its holder may do.
    pub rights: Rights,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

impl Credential {
    /// Whether it still is what it was, but for how long: a session that is renewed is the same.
    pub fn is_same(&self, other: &Self) -> bool {
        Self { expires_at: other.expires_at, ..*self } == *other
    }
}

/// Why a token lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It is unknown, revoked or has ended; never says which.
    #[error("the token is not valid")]
    Refused,
    /// The log holds something about accounts that this program does not understand: it may be a revocation.
    #[error("the log holds news of accounts that this program can't read; start the newest Mediary")]
    Unreadable,
}

/// Knows every token. Cheap to clone; the last one dropped ends the reading.
#[derive(Clone)]
pub struct Tokens {
    alarms: Alarms,
    known: watch::Receiver<Arc<Known>>,
    folded: watch::Receiver<u64>,
    _reading: Arc<Service>,
}

impl Tokens {
    /// Reads the accounts, and goes on reading beside its caller. Blocks for the time of a few page reads.
    pub fn start(log: &Log, alarms: Alarms) -> Result<Self, ReadError> {
        let (first, position) = Known::read(log)?;
        let (known, to_know) = watch::channel(Arc::new(first));
        let (folded, folded_to) = watch::channel(position);
        let (known, folded, log) = (Arc::new(known), Arc::new(folded), log.clone());
        let mut is_first = true;
        let reading = spawn::service("tokens", move || {
            // Whoever reads anew after a defect doesn't know what was missed.
            if !std::mem::take(&mut is_first) {
                known.send_modify(|known| Arc::make_mut(known).close());
            }
            read_on(log.clone(), Arc::clone(&known), Arc::clone(&folded))
        });
        Ok(Self { alarms, known: to_know, folded: folded_to, _reading: Arc::new(reading) })
    }

    /// The credential that a token is, if it is shown from where it may be.
    pub fn find(&self, token: &str, peer: IpAddr) -> Result<Credential, Denied> {
        self.living(self.known.borrow().find(&digest(token), peer))
    }

    /// The session of a browser that shows this.
    pub fn find_session(&self, shown: &str) -> Result<Credential, Denied> {
        self.living(self.known.borrow().find_session(&digest(shown)))
    }

    /// The credential as it is now.
    pub fn get(&self, principal: PrincipalId, token_id: TokenId) -> Result<Credential, Denied> {
        self.living(self.known.borrow().get(principal, token_id))
    }

    /// Every credential that lets somebody in now.
    pub fn all(&self) -> BTreeMap<TokenId, Credential> {
        let known = Arc::clone(&self.known.borrow());
        let living = known.all().filter_map(|found| self.living(Ok(found)).ok());
        living.map(|credential| (credential.token_id, credential)).collect()
    }

    /// Who made each token that was not revoked.
    pub fn makers(&self) -> BTreeMap<TokenId, PrincipalId> {
        self.known.borrow().makers().clone()
    }

    /// Waits until the credential lets nobody in any more, or lets him do something else.
    pub async fn ended(&self, credential: Credential) {
        let mut known = self.known.clone();
        loop {
            known.borrow_and_update();
            let now = match self.get(credential.principal, credential.token_id) {
                Ok(now) if now.is_same(&credential) => now,
                Ok(_) | Err(_) => return,
            };
            let next_look = async {
                match now.expires_at {
                    Some(moment) => self.alarms.reached(moment).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                changed = known.changed() => if changed.is_err() { return },
                () = next_look => {}
            }
        }
    }

    /// The same, or until a moment.
    pub async fn ended_by(&self, credential: Credential, moment: Timestamp) {
        tokio::select! {
            () = self.ended(credential) => {}
            () = self.alarms.reached(moment) => {}
        }
    }

    /// Follows the changes of any account, for whoever keeps credentials elsewhere (NATS).
    pub async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        self.known.changed().await
    }

    /// Waits until what was recorded up to a position is known, so that a command that was answered has
    /// had its effect; not for ever, if the log can't be read.
    pub async fn reached(&self, position: u64) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let mut folded = self.folded.clone();
        let reached = folded.wait_for(|folded| *folded >= position);
        if tokio::time::timeout(PATIENCE, reached).await.is_err() {
            tracing::warn!(position, "tokens are behind the log");
        }
    }

    fn living(&self, found: Result<Credential, Denied>) -> Result<Credential, Denied> {
        let now = self.alarms.now();
        found.and_then(|credential| match credential.expires_at {
            Some(moment) if moment <= now => Err(Denied::Refused),
            Some(_) | None => Ok(credential),
        })
    }
}

/// Folds what is recorded, until the log is closed.
async fn read_on(log: Log, known: Arc<watch::Sender<Arc<Known>>>, folded: Arc<watch::Sender<u64>>) {
    let mut next = *folded.borrow() + 1;
    loop {
        if known.borrow().is_closed() {
            match Known::read(&log) {
                Ok((again, position)) => {
                    known.send_replace(Arc::new(again));
                    next = position + 1;
                }
                Err(ReadError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, "accounts can't be read");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            }
        }
        // Not only accounts: the position tells commands when they have had their effect.
        let mut subscription = log.subscribe(next, Filter::all());
        let fault = loop {
            match subscription.next_batch(BATCH).await {
                Ok(batch) => {
                    known.send_if_modified(|known| {
                        let mut changed = false;
                        for event in &batch.events {
                            changed |= known::fold(known, event);
                        }
                        changed
                    });
                    next = batch.next_position;
                    folded.send_replace(next - 1);
                }
                Err(fault) => break fault,
            }
        };
        if matches!(fault, ReadError::Closed) {
            return;
        }
        // What can't be read may be a revocation.
        tracing::error!(error = %fault, "accounts can't be read: nobody is let in");
        known.send_modify(|known| Arc::make_mut(known).close());
        tokio::time::sleep(REST).await;
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tokens")
    }
}
