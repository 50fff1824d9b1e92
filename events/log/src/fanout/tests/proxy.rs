//! A wire between a relay and its server that can hold back the answers.

use std::sync::Arc;

use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use super::server::Address;
use crate::spawn;

/// A wire that can hold back the answers.
pub(super) struct Proxy {
    pub(super) address: Address,
    held: Arc<watch::Sender<bool>>,
    _accepting: spawn::Service,
}

impl Proxy {
    pub(super) async fn before(server: Address) -> Self {
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = Address { port: listener.local_addr().unwrap().port() };
        let held = Arc::new(watch::Sender::new(false));
        let holding = Arc::clone(&held);
        let accepting =
            spawn::service("proxy", move || accept(Arc::clone(&listener), server, Arc::clone(&holding)));
        Self { address, held, _accepting: accepting }
    }

    /// From now on the server hears and is not heard.
    pub(super) fn hold(&self) {
        self.held.send_replace(true);
    }

    /// Passes on what was held back and what comes.
    pub(super) fn release(&self) {
        self.held.send_replace(false);
    }
}

/// Serves one connection after the other, as a relay makes them.
async fn accept(listener: Arc<TcpListener>, server: Address, held: Arc<watch::Sender<bool>>) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(upstream) = TcpStream::connect(("127.0.0.1", server.port)).await else { continue };
        let (mut client_reads, client_writes) = client.into_split();
        let (server_reads, mut server_writes) = upstream.into_split();
        let there = async {
            // An error is an end, and an end of one way is the end of both.
            io::copy(&mut client_reads, &mut server_writes).await.ok();
        };
        tokio::select! {
            () = there => {}
            () = back(server_reads, client_writes, held.subscribe()) => {}
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut held: watch::Receiver<bool>) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let open = held.wait_for(|held| !held).await.is_ok();
        if !open || to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
}
