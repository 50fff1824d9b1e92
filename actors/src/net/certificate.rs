//! The certificate that a host shows, believed or not: for whoever says how long it is valid, or what is wrong with it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mediary_schema::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme,
    client::{
        Resumption, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;
use tokio_rustls::TlsConnector;

use super::{Error, Net, Options, Unreachable, connect::bare, target::Target};

/// What a host shows of who it is.
#[derive(Debug)]
pub struct Shown {
    /// Its own certificate, as DER.
    pub certificate: CertificateDer<'static>,
    /// Why it is not believed, if so.
    pub refused: Option<rustls::Error>,
}

impl Net {
    /// The certificate that a port of a host shows, judged as at that moment. Nothing is said over the connection.
    ///
    /// A handshake that fails for another reason is [`Unreachable::Certificate`].
    pub async fn certificate(&self, host: &str, port: u16, now: Timestamp) -> Result<Shown, Error> {
        let target = Target::of_port(host, port)?;
        let name = ServerName::try_from(bare(target.host()).to_owned()).map_err(|_| Error::Malformed)?;
        let stream = self.open(host, port).await?;
        let witness =
            Arc::new(Witness { judge: Arc::clone(&self.inner.verifier), now, seen: Mutex::default() });
        let mut tls = ClientConfig::clone(&self.inner.tls);
        // Whoever is known from before shows nothing.
        tls.resumption = Resumption::disabled();
        tls.dangerous().set_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>);
        let shaking = TlsConnector::from(Arc::new(tls)).connect(name, stream);
        let shaken = tokio::time::timeout(self.inner.options.connects_within, shaking).await;
        let seen = witness.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (shaken, seen) {
            (Ok(Ok(_)), Some(shown)) | (_, Some(shown @ Shown { refused: Some(_), .. })) => Ok(shown),
            (Ok(Err(error)), _) => Err(Unreachable::of_connection(&error).into()),
            (Err(_), _) => Err(Error::TimedOut),
            (Ok(Ok(_)), None) => Err(Error::BrokeOff),
        }
    }
}

/// Who judges certificates: by the authorities that were said, or those that the system believes.
pub(super) fn verifier(options: &Options) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let Some(authorities) = &options.authorities else {
        return Ok(Arc::new(Verifier::new(provider)?));
    };
    let built = WebPkiServerVerifier::builder_with_provider(Arc::clone(authorities), provider).build();
    Ok(built.map_err(|error| rustls::Error::Other(OtherError(Arc::new(error))))?)
}

/// Passes on what the judge says, and remembers it.
#[derive(Debug)]
struct Witness {
    judge: Arc<dyn ServerCertVerifier>,
    now: Timestamp,
    seen: Mutex<Option<Shown>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let now = u64::try_from(self.now.as_micros()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_micros(now));
        let verdict = self.judge.verify_server_cert(certificate, between, name, ocsp, now);
        let refused = verdict.as_ref().err().cloned();
        let shown = Shown { certificate: certificate.clone().into_owned(), refused };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
