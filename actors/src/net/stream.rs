//! Connections for what speaks another protocol than HTTP: through the same guard, and by the same TLS.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Error, Net, Unreachable, connect::bare, target::Target};
use crate::resource::Permit;

/// A connection to a port of a host, which has a permit of that host for as long as it is there.
#[derive(Debug)]
pub struct Stream {
    io: Io,
    peer: SocketAddr,
    permit: Permit,
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl Net {
    /// Connects to a port of a host, which is a name or an address as a URL spells it.
    pub async fn open(&self, host: &str, port: u16) -> Result<Stream, Error> {
        // Where a proxy leads out, it is asked for a tunnel, as for https.
        let target = Target::of_port(host, port)?;
        let permit = self.inner.hosts.enter(&target, self.caller).await?;
        let link = self.inner.connector.clone().connect(target.uri()?).await?;
        let stream = link.into_stream();
        let peer = stream.peer_addr().map_err(|error| Unreachable::of_connection(&error))?;
        Ok(Stream { io: Io::Plain(stream), peer, permit })
    }

    /// Goes on by TLS with a host that proves who it is.
    pub async fn secure(&self, host: &str, stream: Stream) -> Result<Stream, Error> {
        let Stream { io, peer, permit } = stream;
        let Io::Plain(plain) = io else { return Ok(Stream { io, peer, permit }) };
        let name = ServerName::try_from(bare(host).to_owned()).map_err(|_| Error::Malformed)?;
        let connector = TlsConnector::from(Arc::clone(&self.inner.tls));
        let shaken = tokio::time::timeout(self.inner.options.connects_within, connector.connect(name, plain));
        let secure = shaken.await.map_err(|_| Error::TimedOut)?;
        let secure = secure.map_err(|error| Unreachable::of_connection(&error))?;
        Ok(Stream { io: Io::Secure(Box::new(secure)), peer, permit })
    }
}

impl Stream {
    /// Who is at the other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().io {
            Io::Plain(io) => Pin::new(io).poll_read(context, buffer),
            Io::Secure(io) => Pin::new(io).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().io {
            Io::Plain(io) => Pin::new(io).poll_write(context, bytes),
            Io::Secure(io) => Pin::new(io).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().io {
            Io::Plain(io) => Pin::new(io).poll_flush(context),
            Io::Secure(io) => Pin::new(io).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().io {
            Io::Plain(io) => Pin::new(io).poll_shutdown(context),
            Io::Secure(io) => Pin::new(io).poll_shutdown(context),
        }
    }
}
