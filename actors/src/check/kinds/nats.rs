//! A NATS server that takes connections: it speaks first, and says who it is.
//!
//! Source: the client protocol of NATS, `INFO {…}` as its first line.

use mediary_schema::check::{Finding, Reason, Value};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    time::Instant,
};
use url::Url;

use super::{milliseconds, unreachable};
use crate::net::Net;

/// Where a NATS server listens unless said otherwise.
const PORT: u16 = 4222;
/// The longest first line, in bytes: servers of a cluster name all of their addresses in it.
const INFO_BYTES_MAX: u64 = 64 << 10;

pub(in crate::check) async fn look(net: &Net, url: &str) -> Finding {
    let parsed = Url::parse(url).ok();
    let Some((host, port)) =
        parsed.as_ref().and_then(|url| Some((url.host_str()?, url.port().unwrap_or(PORT))))
    else {
        return Finding::unknown(Reason::CouldNotRun, format!("{url} is no address of a NATS server"));
    };
    let begun = Instant::now();
    let stream = match net.open(host, port).await {
        Ok(stream) => stream,
        Err(error) => return unreachable(&error),
    };
    let mut line = String::new();
    let mut reader = BufReader::new(stream.take(INFO_BYTES_MAX));
    if let Err(error) = reader.read_line(&mut line).await {
        return Finding::failing(format!("the connection broke off: {error}"));
    }
    let took = begun.elapsed();
    let info = line.strip_prefix("INFO ").and_then(|info| serde_json::from_str::<Json>(info).ok());
    let Some(info) = info else {
        return Finding::failing(format!("{host}:{port} does not speak as a NATS server"));
    };
    let said = |field: &str| info.get(field).and_then(Json::as_str).unwrap_or("?").to_owned();
    let message =
        format!("{} runs NATS {}, after {} ms", said("server_name"), said("version"), milliseconds(took));
    Finding::ok(message).with([Value::new("latency", took.as_secs_f64(), "s")])
}
