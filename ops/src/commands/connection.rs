//! Where the server is, and who asks.
//!
//! What names the thing itself (a flag, then the environment) wins over what a data folder says.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

use mediary_log::is_held;
use url::{Host, Url};

use super::{arguments::Everywhere, failure::Failure};
use crate::{client::Client, environment::variable};

/// The token of whoever owns the data folder.
const TOKEN_FILE: &str = "local.token";
/// Says who holds the data folder, and where it listens.
const LOCK_FILE: &str = ".lock";
/// The data folder that is taken if nothing is said and it exists.
const DEFAULT_DATA: &str = "data";
const DEFAULT_SERVER: &str = "http://127.0.0.1:8484";

/// What the environment says about the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    /// `MEDIARY_SERVER`.
    pub(crate) server: Option<String>,
    /// `MEDIARY_TOKEN`. A flag would be seen by every process of the machine.
    pub(crate) token: Option<String>,
    /// `MEDIARY_TOKEN_FILE`.
    pub(crate) token_file: Option<PathBuf>,
    /// `MEDIARY_DATA`, which the server's configuration knows, too.
    pub(crate) data: Option<PathBuf>,
    /// Where relative folders begin.
    pub(crate) folder: PathBuf,
}

impl Environment {
    /// The process's own.
    pub(crate) fn of_process() -> Self {
        Self {
            server: variable("MEDIARY_SERVER"),
            token: variable("MEDIARY_TOKEN"),
            token_file: variable("MEDIARY_TOKEN_FILE").map(PathBuf::from),
            data: variable("MEDIARY_DATA").map(PathBuf::from),
            folder: PathBuf::new(),
        }
    }
}

/// A client for whatever the flags and the environment name.
pub(crate) fn connect(flags: &Everywhere, environment: &Environment) -> Result<Client, Failure> {
    let data = data_folder(flags, environment);
    let server = server(flags, environment, data.as_deref())?;
    let token = token(flags, environment, data.as_deref(), &server)?;
    if token.is_some() && is_overheard(&server) {
        crate::say("the token travels in the clear to another machine; ask with https:// (SECURITY.md)");
    }
    Ok(Client::try_new(server, token.as_deref())?.with_as_of(flags.as_of.clone()))
}

/// Whether what is sent there is heard by whoever stands between (SE-05).
fn is_overheard(server: &Url) -> bool {
    let is_here = match server.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    };
    server.scheme() == "http" && !is_here
}

/// The data folder that was named, or the usual one if it exists.
pub(crate) fn data_folder(flags: &Everywhere, environment: &Environment) -> Option<PathBuf> {
    let usual = || Some(environment.folder.join(DEFAULT_DATA)).filter(|folder| folder.is_dir());
    flags.data.clone().or_else(|| environment.data.clone()).or_else(usual)
}

fn server(flags: &Everywhere, environment: &Environment, data: Option<&Path>) -> Result<Url, Failure> {
    if let Some(server) = &flags.server {
        return Ok(server.clone());
    }
    if let Some(text) = &environment.server {
        let whole = if text.contains("://") { text.clone() } else { format!("http://{text}") };
        return Url::parse(&whole).map_err(|error| Failure::Usage {
            message: format!("MEDIARY_SERVER is {text:?}, and that is no address: {error}"),
            advice: "give it as http://HOST:PORT",
        });
    }
    let listening = data.and_then(listening);
    Ok(listening.unwrap_or_else(|| Url::parse(DEFAULT_SERVER).expect("the default is an address")))
}

/// Where the server of a data folder listens, as far as its lock file says.
pub(crate) fn listening(data: &Path) -> Option<Url> {
    let text = fs::read_to_string(data.join(LOCK_FILE)).ok()?;
    let listen = text.lines().find_map(|line| line.strip_prefix("listen "))?;
    url_of(listen)
}

/// The address by which this machine reaches what listens at `listen`.
pub(crate) fn url_of(listen: &str) -> Option<Url> {
    let mut address: SocketAddr = listen.parse().ok()?;
    // "Everywhere" is where it listens, not where it is.
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    Url::parse(&format!("http://{address}")).ok()
}

fn token(
    flags: &Everywhere,
    environment: &Environment,
    data: Option<&Path>,
    server: &Url,
) -> Result<Option<String>, Failure> {
    if let Some(path) = &flags.token_file {
        return read_token(path).map(Some);
    }
    if let Some(token) = &environment.token {
        return Ok(Some(token.trim().to_owned()));
    }
    if let Some(path) = &environment.token_file {
        return read_token(path).map(Some);
    }
    // The folder's token is for the server that has the folder, and for nobody who took its port.
    let Some(folder) = data.filter(|folder| is_served_by(folder, server)) else { return Ok(None) };
    let path = folder.join(TOKEN_FILE);
    if path.exists() { read_token(&path).map(Some) } else { Ok(None) }
}

/// The token in a file, whatever an editor put around it.
fn read_token(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file("reading the token file", path))?;
    let token = text.trim_start_matches('\u{feff}').trim();
    if token.is_empty() {
        return Err(Failure::Usage {
            message: format!("the token file {} is empty", path.display()),
            advice: "`mediary token create NAME > FILE` makes one",
        });
    }
    Ok(token.to_owned())
}

/// Whether a process holds the folder and says that it listens at this address.
fn is_served_by(folder: &Path, server: &Url) -> bool {
    let same = |ours: Url| {
        let host = |url: &Url| match url.host() {
            Some(Host::Domain("localhost")) => Some(Host::Ipv4(Ipv4Addr::LOCALHOST)),
            host => host.map(|host| host.to_owned()),
        };
        host(&ours) == host(server) && ours.port_or_known_default() == server.port_or_known_default()
    };
    listening(folder).is_some_and(same) && is_held(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A working directory with data folders, each with a token, and held by a server.
    struct Folder {
        folder: tempfile::TempDir,
        held: Vec<fs::File>,
    }

    impl Folder {
        fn path(&self) -> &Path {
            self.folder.path()
        }
    }

    fn folder() -> (Folder, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let mut held = Vec::new();
        for (data, port) in [("data", 1111), ("other", 2222)] {
            let data = folder.path().join(data);
            fs::create_dir(&data).unwrap();
            fs::write(data.join(TOKEN_FILE), format!("mdy_{port}\n")).unwrap();
            let lock = data.join(LOCK_FILE);
            fs::write(&lock, format!("pid 1\nlisten 127.0.0.1:{port}\n")).unwrap();
            let lock = fs::File::open(lock).unwrap();
            lock.lock().unwrap();
            held.push(lock);
        }
        fs::write(folder.path().join("token"), "mdy_file\n").unwrap();
        let environment = Environment { folder: folder.path().to_owned(), ..Environment::default() };
        (Folder { folder, held }, environment)
    }

    fn found(flags: &Everywhere, environment: &Environment) -> (String, Option<String>) {
        let data = data_folder(flags, environment);
        let server = server(flags, environment, data.as_deref()).unwrap();
        let token = token(flags, environment, data.as_deref(), &server).unwrap();
        (server.to_string(), token)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_data_folder() {
        let (folder, mut environment) = folder();
        let mut flags = Everywhere::default();
        let expect = |server: &str, token: &str| (server.to_owned(), Some(token.to_owned()));
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:1111/", "mdy_1111"));
        flags.data = Some(folder.path().join("other"));
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:2222/", "mdy_2222"));
        flags.data = None;
        environment.data = Some(folder.path().join("other"));
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:2222/", "mdy_2222"));
        environment.token_file = Some(folder.path().join("token"));
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:2222/", "mdy_file"));
        environment.server = Some("127.0.0.1:3333".to_owned());
        environment.token = Some("mdy_environment".to_owned());
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:3333/", "mdy_environment"));
        flags.server = Some("http://127.0.0.1:4444".parse().unwrap());
        flags.token_file = Some(folder.path().join("token"));
        assert_eq!(found(&flags, &environment), expect("http://127.0.0.1:4444/", "mdy_file"));
    }

    #[test]
    fn without_anything_the_usual_address_is_asked_without_a_token() {
        let nothing = tempfile::tempdir().unwrap();
        let environment = Environment { folder: nothing.path().to_owned(), ..Environment::default() };
        assert_eq!(found(&Everywhere::default(), &environment), ("http://127.0.0.1:8484/".to_owned(), None));
    }

    #[test]
    fn the_token_of_a_folder_nearby_is_not_sent_to_another_machine() {
        let (folder, environment) = folder();
        let mut flags =
            Everywhere { server: Some("https://media.example".parse().unwrap()), ..Everywhere::default() };
        assert_eq!(found(&flags, &environment).1, None);
        flags.data = Some(folder.path().join("data"));
        assert_eq!(found(&flags, &environment).1, None, "not even if both are named");
    }

    // edge A15: whoever takes the port while the server is down must not be handed the owner's token.
    #[test]
    fn the_token_of_a_folder_goes_to_the_server_that_holds_it_alone() {
        let (folder, environment) = folder();
        let mut flags = Everywhere::default();
        for (server, is_told) in [
            ("http://127.0.0.1:1111", true),
            ("http://localhost:1111", true),
            ("http://127.0.0.1:18998", false),
            ("http://127.0.0.2:1111", false),
        ] {
            flags.server = Some(server.parse().unwrap());
            let token = found(&flags, &environment).1;
            assert_eq!(token.as_deref(), is_told.then_some("mdy_1111"), "{server}");
        }
        flags.server = None;
        drop(folder.held);
        assert_eq!(found(&flags, &environment), ("http://127.0.0.1:1111/".to_owned(), None), "it was killed");
    }

    // field 20d.
    #[test]
    fn what_an_editor_puts_around_a_token_is_not_the_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        for text in ["mdy_1\r\n", "\u{feff}mdy_1\r\n", "  mdy_1 \n\n", "\u{feff} mdy_1"] {
            fs::write(&path, text).unwrap();
            assert_eq!(read_token(&path).unwrap(), "mdy_1", "{text:?}");
        }
        fs::write(&path, "\u{feff}\r\n").unwrap();
        assert_eq!(read_token(&path).unwrap_err().exit(), crate::exit::Exit::Usage);
    }

    #[test]
    fn a_server_that_listens_everywhere_is_reached_by_loopback() {
        assert_eq!(url_of("0.0.0.0:8484").unwrap().as_str(), "http://127.0.0.1:8484/");
        assert_eq!(url_of("[::]:8484").unwrap().as_str(), "http://[::1]:8484/");
        assert_eq!(url_of("192.0.2.7:80").unwrap().as_str(), "http://192.0.2.7/");
        assert_eq!(url_of("nonsense"), None);
    }

    #[test]
    fn a_token_file_that_is_not_there_is_an_error_with_its_path() {
        let flags = Everywhere { token_file: Some("no/such/file".into()), ..Everywhere::default() };
        let error = connect(&flags, &Environment::default()).unwrap_err();
        assert_eq!(error.to_string(), "reading the token file no/such/file failed");
        assert_eq!(error.exit(), crate::exit::Exit::Io);
    }

    // SE-05.
    #[test]
    fn what_leaves_this_machine_in_the_clear_is_noticed() {
        for (server, overheard) in [
            ("http://127.0.0.1:8484", false),
            ("http://[::1]:8484", false),
            ("http://localhost:8484", false),
            ("https://media.example", false),
            ("http://media.example", true),
            ("http://192.168.1.7:8484", true),
        ] {
            assert_eq!(is_overheard(&server.parse().unwrap()), overheard, "{server}");
        }
    }
}
