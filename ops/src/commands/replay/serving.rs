//! `replay --serve`: what was built answers questions until Ctrl-C.

use std::{fmt, net::SocketAddr, path::PathBuf};

use mediary_api::Ending;
use mediary_log::{Log, Read};
use serde::Serialize;
use tokio::net::TcpListener;

use super::{Built, REPLICA, Replayed, record::unbuilt, text};
use crate::{
    commands::{failure::Failure, scratch::Scratch},
    environment::Signals,
    output::Output,
    serve::{ReplayServer, ServeError},
};

/// Where what was built is asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Serves {
    url: String,
    /// The copy of the log, with the token: `mediary --data DIR` asks it like any server.
    data: PathBuf,
}

impl fmt::Display for Serves {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, data } = self;
        write!(
            formatter,
            "{url}/graphql, with the token in {0}/local.token; `mediary … --data {0}`",
            data.display()
        )
    }
}

/// An address that is taken.
pub(super) struct Door {
    listener: TcpListener,
}

impl Door {
    /// Takes the address, if one is wanted: one in use costs nothing.
    pub(super) async fn open(address: Option<SocketAddr>) -> Result<Option<Self>, Failure> {
        let Some(address) = address else { return Ok(None) };
        let listener = ReplayServer::listen(address).await?;
        Ok(Some(Self { listener }))
    }

    /// Prints what was built and where it is asked, and answers until somebody asks to stop.
    pub(super) async fn serve(
        self,
        built: Built,
        mut replayed: Replayed,
        folder: &Scratch,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Self { listener } = self;
        // Not before: a signal that is heard and waited for by nobody ends nothing, and building takes long.
        let mut signals = Signals::listen().map_err(ServeError::Signals)?;
        let Built { log, views, state, .. } = built;
        let ending = ending(&log, state.position)?;
        let data = folder.path().join(REPLICA);
        let mut server = ReplayServer::start(listener, log, views.views(), ending, &data).await?;
        if server.is_overheard() {
            crate::say(
                "the token travels in the clear to other machines: put a reverse proxy with TLS in front",
            );
        }
        replayed.serves = Some(Serves { url: server.url(), data });
        let shown = output.show(&replayed, text);
        crate::say(&format!(
            "The replay as of {} answers on {}, until Ctrl-C",
            ending.position,
            server.url()
        ));
        let ended = tokio::select! {
            () = signals.next() => Ok(()),
            error = server.ended() => Err(Failure::Serve(error)),
        };
        server.stop().await;
        shown?;
        ended
    }
}

/// Where the replay ends, and when that was.
fn ending(log: &Log, position: u64) -> Result<Ending, Failure> {
    let last = match position {
        0 => None,
        position => {
            log.read(&Read::forward(position).limit(1)).map_err(|error| unbuilt(&error.into()))?.pop()
        }
    };
    Ok(Ending { position, at: last.map(|event| event.envelope.at) })
}
