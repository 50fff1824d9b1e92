use std::{io, net::SocketAddr, path::PathBuf};

use mediary_api::connections::TlsError;
use mediary_events::Rejection as _;
use mediary_log::{OpenError, ReadError, fanout::ParseServerError, gate::Refusal, vault::VaultError};
use mediary_projections::StartError;
use miette::Diagnostic;

/// Why the server did not start.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ServeError {
    /// Somebody else listens there.
    #[error("{address} is in use")]
    #[diagnostic(
        code(address_in_use),
        help("another server runs there; stop it, or choose another port with `--listen 127.0.0.1:8485`")
    )]
    AddressInUse {
        /// The address.
        address: SocketAddr,
    },
    /// It can't be listened on.
    #[error("failed to listen on {address}")]
    #[diagnostic(code(listen_failed), help("choose an address of this machine with --listen"))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// TLS can't be spoken.
    #[error("failed to make ready for TLS")]
    #[diagnostic(
        code(tls_failed),
        help("name a certificate and its key, both PEM, with tls_certificate and tls_key")
    )]
    Tls(#[source] TlsError),
    /// The working folder is gone.
    #[error("failed to find out the working folder")]
    #[diagnostic(code(folder_failed), help("start the server from a folder that exists"))]
    WorkingFolder(#[source] io::Error),
    /// A folder can't be made.
    #[error("failed to make the folder {}", path.display())]
    #[diagnostic(code(folder_failed), help("choose a folder that you may write to with --data"))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Other machines can't be reached.
    #[error("failed to make ready for reaching other machines")]
    #[diagnostic(
        code(net_failed),
        help(
            "install the system's certificates (`apt-get install ca-certificates`), and see whether the data folder can be written to"
        )
    )]
    Net(#[source] mediary_actors::net::SetupError),
    /// The proxy can't be used.
    #[error("the proxy can't be used")]
    #[diagnostic(
        code(proxy_refused),
        help("mend `net.proxy` in the configuration, or `https_proxy` in the environment")
    )]
    Proxy(#[source] mediary_actors::net::UpstreamRefused),
    /// Files can't be placed in the library.
    #[error("the library {} can't be used", path.display())]
    #[diagnostic(code(library_unusable), help("{}", source.advice()))]
    Library {
        /// The folder.
        path: PathBuf,
        /// What is in the way.
        source: mediary_actors::library::Unusable,
    },
    /// The library has a path that can't be told, or is another root.
    #[error("the library can't lie in {}", path.display())]
    #[diagnostic(
        code(library_unusable),
        help("name another folder as `library`: what was registered as a root stays one")
    )]
    LibraryFolder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The log can't be opened.
    #[error("failed to open the log")]
    #[diagnostic(code(log_failed), help("{}", log_advice(.0)))]
    Log(#[source] OpenError),
    /// The address can't be written where the command line looks for it.
    #[error("failed to note the address in the data folder")]
    #[diagnostic(code(folder_failed))]
    Announce(#[source] io::Error),
    /// The views can't be started.
    #[error("failed to start the views")]
    #[diagnostic(
        code(views_failed),
        help("the folder `views` can be deleted at any time: it is built anew from the log")
    )]
    Views(#[source] StartError),
    /// Nobody can keep what is measured.
    #[error("failed to start the store of samples")]
    #[diagnostic(code(views_failed), help("the system allows no further thread: see its limits"))]
    Telemetry(#[source] io::Error),
    /// The token of the data folder's owner can't be written.
    #[error("failed to write {}", path.display())]
    #[diagnostic(code(folder_failed), help("check the permissions of the data folder"))]
    Token {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The log refuses what has to be recorded at the start.
    #[error("failed to record the start")]
    #[diagnostic(code(log_failed), help("{}", .0.advice().unwrap_or_default()))]
    Refused(#[source] Refusal),
    /// Nobody can be let in.
    #[error("failed to read the accounts")]
    #[diagnostic(code(log_failed), help("run `mediary log verify`"))]
    Accounts(#[source] ReadError),
    /// Secrets can't be kept as they have to be.
    #[error("failed to open the vault")]
    #[diagnostic(code(vault_refused), help("{}", .0.advice().unwrap_or_default()))]
    Vault(#[source] VaultError),
    /// The actors can't be started.
    #[error("failed to start the actors")]
    #[diagnostic(code(actors_failed))]
    Actors(#[source] mediary_actors::supervisor::StartError),
    /// A part of the server ended by itself.
    #[error("the part `{part}` ended, which nobody asked for")]
    #[diagnostic(code(part_ended), help("start the server again; its log says what went wrong"))]
    PartEnded {
        /// Its name.
        part: &'static str,
    },
    /// The address of the NATS server is none.
    #[error("failed to read the address of the NATS server")]
    #[diagnostic(
        code(nats_address),
        help("give an address such as nats://127.0.0.1:4222, or `auto`, or `off`")
    )]
    NatsAddress(#[source] ParseServerError),
    /// The child NATS server's access can't be read or made.
    #[error("failed to prepare the NATS server")]
    #[diagnostic(code(nats_failed), help("{}", .0.advice()))]
    NatsAccess(#[source] mediary_actors::nats::Error),
    /// Signals can't be listened to.
    #[error("failed to listen to signals")]
    #[diagnostic(code(signals_failed))]
    Signals(#[source] io::Error),
}

fn log_advice(error: &OpenError) -> String {
    error.advice()
}
