//! A site that answers, byte for byte, what a test says, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::net::{Guard, Net, Options};

/// What a site answers to the head of a request.
pub(crate) type Answering = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    _serving: JoinSet<()>,
}

impl Site {
    /// A site on loopback; each answer ends its connection.
    pub(crate) async fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, heads) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default());
        let (answer, asked): (Answering, _) = (Arc::new(answer), Arc::clone(&heads));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&answer), Arc::clone(&asked)));
            }
        });
        Self { address, heads, _serving: serving }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The first lines of all requests.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.heads().iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
    }
}

async fn serve(mut stream: TcpStream, answer: Answering, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    asked.lock().unwrap().push(head.clone());
    // Whoever has enough goes away in the middle.
    if stream.write_all(&answer(&head)).await.is_ok() {
        drop(stream.shutdown().await);
    }
}

/// An answer of status 200 with a body.
pub(crate) fn ok(headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    answer("200 OK", headers, body)
}

pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A client that may reach these networks besides the internet, and its folder.
pub(crate) fn net(open: &[&str]) -> (Net, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Net::try_new(options(folder.path(), open)).unwrap(), folder)
}

pub(crate) fn options(folder: &std::path::Path, open: &[&str]) -> Options {
    let guard = Guard::new(open.iter().map(|network| network.parse().unwrap()));
    Options { guard, ..Options::in_folder(folder.to_owned()) }
}

/// The network in which the sites of the tests are.
pub(crate) const HERE: &str = "127.0.0.1/32";
