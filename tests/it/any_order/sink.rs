//! A channel's other end, which counts what it was told.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

/// Takes messages, or says that it can't now, and counts those that it took.
pub(super) struct Sink {
    /// Where it is told.
    pub(super) url: String,
    is_open: Arc<AtomicBool>,
    taken: Arc<AtomicU64>,
    _serving: JoinSet<()>,
}

impl Sink {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("json://{}/in", listener.local_addr().unwrap());
        let (is_open, taken) = (Arc::new(AtomicBool::new(true)), Arc::<AtomicU64>::default());
        let (answers, counts) = (Arc::clone(&is_open), Arc::clone(&taken));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !is_whole(&request)
                    && connection.read_buf(&mut request).await.is_ok_and(|read| read > 0)
                {}
                let is_taken = answers.load(Ordering::SeqCst);
                counts.fetch_add(u64::from(is_taken), Ordering::SeqCst);
                let status = if is_taken { "200 OK" } else { "503 Later" };
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                connection.write_all(answer.as_bytes()).await.ok();
            }
        });
        Self { url, is_open, taken, _serving: serving }
    }

    /// How many it took.
    pub(super) fn count(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    /// Says from now on that it can't now, or takes again.
    pub(super) fn refuse(&self, refuses: bool) {
        self.is_open.store(!refuses, Ordering::SeqCst);
    }
}

/// Whether a request is there to its last byte.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}
