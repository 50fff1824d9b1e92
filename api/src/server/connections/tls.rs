//! TLS by files: what is spoken with whoever is on another machine.

use std::{
    fmt, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::pki_types::pem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use super::certificate::Certificate;

/// What the first byte of a TLS connection is: a record of the handshake.
const HANDSHAKE: u8 = 0x16;
/// What whoever speaks HTTP in the clear from another machine is told.
const ASK_WITH_TLS: &[u8] = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n\
Connection: Upgrade, close\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\nask with https:// here\r\n";

/// A certificate with its key. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    certificate: Arc<Certificate>,
    /// Whether browsers are told to come by TLS alone from then on (RFC 6797).
    pub(super) has_hsts: bool,
}

/// Why TLS can't be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificates can't be read.
    #[error("failed to read the certificates in {}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: pem::Error,
    },
    /// The key can't be read.
    #[error("failed to read the private key in {}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: pem::Error,
    },
    /// They don't belong together, or can't be used.
    #[error("failed to use the certificate with the key")]
    Unusable(#[source] rustls::Error),
}

/// A connection that may be spoken on.
pub(super) enum Greeted {
    /// With somebody on this machine, whose words reach nobody else.
    Clear(TcpStream),
    /// With anybody.
    Secure(Box<TlsStream<TcpStream>>),
}

impl Tls {
    /// Reads certificate and key, both PEM; the certificate's own issuers may follow it. What is written there later is read for
    /// whoever connects then.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self { certificate: Arc::new(Certificate::open(certificate, key)?), has_hsts: false })
    }

    /// The same, whose files are looked at for everybody who connects.
    #[cfg(test)]
    pub(super) fn looking_always(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let certificate = Certificate::open(certificate, key)?.looking_always();
        Ok(Self { certificate: Arc::new(certificate), has_hsts: false })
    }

    /// The same; browsers that come by it are told, or not, to come to this host by TLS alone for a year, on each of its ports.
    #[must_use]
    pub fn with_hsts(self, has_hsts: bool) -> Self {
        Self { has_hsts, ..self }
    }

    /// Greets whoever came. On the machine itself plain HTTP goes on, for the command line and what is in front.
    pub(super) async fn greet(&self, mut stream: TcpStream, peer: IpAddr) -> io::Result<Greeted> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let is_here = peer.to_canonical().is_loopback() || stream.local_addr()?.ip() == peer;
        if first == [HANDSHAKE] {
            return Ok(Greeted::Secure(Box::new(self.certificate.acceptor().await.accept(stream).await?)));
        }
        if is_here {
            return Ok(Greeted::Clear(stream));
        }
        // What was said is heard first: bytes that nobody took would cut the answer off.
        let mut heard = [0; 4_096];
        let _heard_bytes = stream.read(&mut heard).await?;
        stream.write_all(ASK_WITH_TLS).await?;
        stream.shutdown().await?;
        Err(io::Error::other("plain HTTP from another machine is refused"))
    }
}

impl fmt::Debug for Tls {
    /// Says nothing: there is a key in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls")
    }
}
