//! A port that takes connections.

use mediary_schema::check::{Finding, Value};
use tokio::time::Instant;

use super::{milliseconds, unreachable};
use crate::net::Net;

pub(in crate::check) async fn look(net: &Net, host: &str, port: u16) -> Finding {
    let begun = Instant::now();
    match net.open(host, port).await {
        Ok(stream) => {
            let took = begun.elapsed();
            let message = format!("connected to {} in {} ms", stream.peer(), milliseconds(took));
            Finding::ok(message).with([Value::new("latency", took.as_secs_f64(), "s")])
        }
        Err(error) => unreachable(&error),
    }
}
