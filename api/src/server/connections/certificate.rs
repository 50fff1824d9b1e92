//! The certificate that is spoken with, as its files have it.
//!
//! Guarantees: whoever connects after its files were renewed is greeted by the new one, without a start and with nobody waking up
//! in between; files that can't be used leave the old one where it is, and that is said once.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::tls::TlsError;
use crate::{error::chain, server::spawn_blocking};

/// Its files are looked at when somebody connects, and not again for so long.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate with its key, both in files that others write.
pub(super) struct Certificate {
    chain_file: PathBuf,
    key_file: PathBuf,
    look_every: Duration,
    spoken: Mutex<Spoken>,
}

/// What is spoken with.
struct Spoken {
    acceptor: TlsAcceptor,
    /// How the files were when they were read last, whatever came of it.
    stamps: [Option<Stamp>; 2],
    looked_at: Instant,
}

/// By what a file is known to be another one, or to have been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size_bytes: u64,
    changed: (i64, i64),
}

impl Certificate {
    /// Reads certificate and key, both PEM. May block.
    pub(super) fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        // Before they are read: what is written meanwhile is another one then.
        let stamps = [certificate, key].map(Stamp::of);
        let acceptor = read(certificate, key)?;
        let spoken = Spoken { acceptor, stamps, looked_at: Instant::now() };
        let (chain_file, key_file) = (certificate.to_owned(), key.to_owned());
        Ok(Self { chain_file, key_file, look_every: LOOK_EVERY, spoken: Mutex::new(spoken) })
    }

    /// The same, whose files are looked at for everybody who connects.
    #[cfg(test)]
    pub(super) fn looking_always(self) -> Self {
        Self { look_every: Duration::ZERO, ..self }
    }

    /// What whoever connects now is greeted with.
    pub(super) async fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        if self.is_due() {
            let this = Arc::clone(self);
            // What ended it leaves what there was.
            drop(spawn_blocking(move || this.look()).await);
        }
        self.spoken().acceptor.clone()
    }

    /// Whether it is time to look, which one of those who connect does.
    fn is_due(&self) -> bool {
        let mut spoken = self.spoken();
        let is_due = spoken.looked_at.elapsed() >= self.look_every;
        if is_due {
            spoken.looked_at = Instant::now();
        }
        is_due
    }

    fn look(&self) {
        let stamps = [&self.chain_file, &self.key_file].map(|path| Stamp::of(path));
        if self.spoken().stamps == stamps {
            return;
        }
        let read = read(&self.chain_file, &self.key_file);
        let mut spoken = self.spoken();
        spoken.stamps = stamps;
        match read {
            Ok(acceptor) => {
                spoken.acceptor = acceptor;
                tracing::info!(certificate = %self.chain_file.display(), "the certificate was renewed");
            }
            // Files are renewed one after the other: it is read again once one of them was written.
            Err(error) => tracing::error!(
                certificate = %self.chain_file.display(),
                error = %chain(&error),
                "the new certificate can't be used; the one before goes on"
            ),
        }
    }

    fn spoken(&self) -> MutexGuard<'_, Spoken> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stamp {
    /// That of what a path leads to, over links; none if it leads nowhere.
    fn of(path: &Path) -> Option<Self> {
        let facts = fs::metadata(path).ok()?;
        Some(Self {
            device: facts.dev(),
            inode: facts.ino(),
            size_bytes: facts.len(),
            changed: (facts.ctime(), facts.ctime_nsec()),
        })
    }
}

fn read(certificate: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unread = |source| TlsError::Certificate { path: certificate.to_owned(), source };
    let certificates = CertificateDer::pem_file_iter(certificate).map_err(unread)?;
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(unread)?;
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::Key { path: key.to_owned(), source })?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unusable)?;
    let mut config =
        config.with_no_client_auth().with_single_cert(certificates, key).map_err(TlsError::Unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
