//! A container of Docker that runs, and is healthy if it says so.
//!
//! Source: the API of the Docker Engine, `GET /containers/NAME/json`, which speaks HTTP over a socket of this machine. Nothing
//! but the container's state is read: what it was started with has its secrets in it.

use std::io;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use mediary_schema::check::{Finding, Reason, Value};
use serde_json::Value as Json;
use tokio::net::UnixStream;

/// The most that Docker says of a container, in bytes: what the last looks at its health printed is in it.
const ANSWER_BYTES_MAX: usize = 4 << 20;

pub(in crate::check) async fn look(container: &str, socket: &str) -> Finding {
    if !is_name(container) {
        return Finding::unknown(Reason::CouldNotRun, format!("{container} is no name of a container"));
    }
    let stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) => return Finding::unknown(Reason::CouldNotRun, no_socket(socket, &error)),
    };
    match asked(stream, container).await {
        Ok((StatusCode::OK, body)) => judged(container, &body),
        Ok((StatusCode::NOT_FOUND, _)) => Finding::failing(format!("there is no container {container}")),
        Ok((status, _)) => Finding::unknown(Reason::CouldNotRun, format!("Docker answers {status}")),
        Err(error) => Finding::unknown(Reason::CouldNotRun, format!("Docker's answer broke off: {error}")),
    }
}

/// A name or an id, as Docker has them: nothing in it leads to another address.
fn is_name(container: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric();
    container.bytes().next().is_some_and(is_letter)
        && container.bytes().all(|byte| is_letter(byte) || b"_.-".contains(&byte))
}

fn no_socket(socket: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no socket {socket}"),
        io::ErrorKind::ConnectionRefused => format!("nobody listens at {socket}"),
        io::ErrorKind::PermissionDenied => {
            format!(
                "this program may not use {socket}: whoever runs the server puts it into the group of that socket"
            )
        }
        _ => format!("{socket}: {error}"),
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn asked(stream: UnixStream, container: &str) -> Result<(StatusCode, Bytes), Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(format!("/containers/{container}/json"))
        // HTTP/1.1 wants one, and Docker doesn't look at it.
        .header(header::HOST, "docker")
        .body(Empty::<Bytes>::new())?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await?.to_bytes();
        Ok((status, body))
    };
    // The connection moves what the exchange says and waits for. Its end is the exchange's to notice.
    let moving = async {
        drop(connection.await);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = exchange => answer,
        () = moving => unreachable!("it waits for ever"),
    }
}

fn judged(container: &str, body: &[u8]) -> Finding {
    let document: Json = serde_json::from_slice(body).unwrap_or_default();
    let Some(status) = document.pointer("/State/Status").and_then(Json::as_str) else {
        return Finding::unknown(Reason::CouldNotRun, "what answers does not speak as Docker");
    };
    let health = document.pointer("/State/Health/Status").and_then(Json::as_str);
    let restarts = document.pointer("/RestartCount").and_then(Json::as_f64);
    let finding = match (status, health) {
        ("running", None | Some("none" | "")) => Finding::ok(format!("{container} runs")),
        ("running", Some("healthy")) => Finding::ok(format!("{container} runs and is healthy")),
        ("running", Some("starting")) => Finding::unknown(
            Reason::SaidSo,
            format!("{container} starts, and does not say yet whether it is healthy"),
        ),
        ("running", Some(health)) => Finding::failing(format!("{container} runs, but is {health}")),
        (status, _) => Finding::failing(format!("{container} is {status}{}", why(&document))),
    };
    finding.with(restarts.map(|count| Value::new("restarts", count, "")))
}

/// Why it does not run, as far as Docker says.
fn why(document: &Json) -> String {
    let state = |field: &str| document.pointer("/State").and_then(|state| state.get(field));
    let is_over = state("Status")
        .and_then(Json::as_str)
        .is_some_and(|status| status != "paused" && status != "created");
    let mut why = String::new();
    if let Some(code) = state("ExitCode").and_then(Json::as_i64).filter(|_| is_over) {
        why = format!(" with exit code {code}");
    }
    if state("OOMKilled").and_then(Json::as_bool) == Some(true) {
        why.push_str(", for it had no memory left");
    }
    why
}

#[cfg(test)]
mod tests;
