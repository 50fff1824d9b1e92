use std::{convert::Infallible, path::PathBuf};

use http::Response;
use http_body_util::Full;
use hyper::{body::Incoming, server, service::service_fn};
use mediary_schema::check::Verdict;
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::UnixListener, task::JoinSet};

use super::*;

/// A server of HTTP on a socket, which knows some containers.
struct Docker {
    socket: PathBuf,
    _folder: TempDir,
    _serving: JoinSet<()>,
}

impl Docker {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer));
                drop(connection.await);
            }
        });
        Self { socket, _folder: folder, _serving: serving }
    }

    async fn look(&self, container: &str) -> Finding {
        look(container, &self.socket.to_string_lossy()).await
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let state = match request.uri().path() {
        "/containers/runs/json" => json!({ "Status": "running", "ExitCode": 0 }),
        "/containers/healthy/json" => json!({ "Status": "running", "Health": { "Status": "healthy" } }),
        "/containers/starts/json" => json!({ "Status": "running", "Health": { "Status": "starting" } }),
        "/containers/ill/json" => json!({ "Status": "running", "Health": { "Status": "unhealthy" } }),
        "/containers/over/json" => json!({ "Status": "exited", "ExitCode": 137, "OOMKilled": true }),
        "/containers/rests/json" => json!({ "Status": "paused", "ExitCode": 0 }),
        "/containers/busy/json" => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(Response::builder().status(status).body(Full::default()).unwrap());
        }
        "/containers/web/json" => return Ok(Response::new(Full::from("<html>"))),
        _ => {
            let said = json!({ "message": "No such container" }).to_string();
            return Ok(Response::builder().status(404).body(Full::from(said)).unwrap());
        }
    };
    let document = json!({ "State": state, "RestartCount": 3, "Config": { "Env": ["PASSWORD=hunter2"] } });
    Ok(Response::new(Full::from(document.to_string())))
}

#[tokio::test]
async fn a_container_is_what_it_says() {
    let docker = Docker::start();
    for (container, verdict, says) in [
        ("runs", Verdict::Ok, "runs runs"),
        ("healthy", Verdict::Ok, "healthy runs and is healthy"),
        ("starts", Verdict::Unknown, "starts starts, and does not say yet whether it is healthy"),
        ("ill", Verdict::Failing, "ill runs, but is unhealthy"),
        ("over", Verdict::Failing, "over is exited with exit code 137, for it had no memory left"),
        ("rests", Verdict::Failing, "rests is paused"),
        ("away", Verdict::Failing, "there is no container away"),
        ("busy", Verdict::Unknown, "Docker answers 500 Internal Server Error"),
        ("web", Verdict::Unknown, "what answers does not speak as Docker"),
    ] {
        let found = docker.look(container).await;
        assert_eq!((found.verdict, found.message.as_str()), (verdict, says));
    }
    assert_eq!(docker.look("starts").await.reason, Some(Reason::SaidSo));
    assert_eq!(docker.look("runs").await.values, [Value::new("restarts", 3.0, "")]);
}

// What is asked is always a container, whatever somebody calls it.
#[tokio::test]
async fn a_name_that_leads_elsewhere_is_not_asked_for() {
    let docker = Docker::start();
    for name in ["../images/runs", "runs/../runs", "runs?size=1", "runs#", "r uns", "", "-runs", "%72uns"] {
        let found = docker.look(name).await;
        assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)), "{name}");
        assert!(found.message.contains("no name of a container"), "{}", found.message);
    }
}

#[tokio::test]
async fn without_a_socket_nobody_can_say() {
    let found = look("runs", "/nowhere/docker.sock").await;
    assert_eq!((found.verdict, found.reason), (Verdict::Unknown, Some(Reason::CouldNotRun)));
    assert_eq!(found.message, "there is no socket /nowhere/docker.sock");
    let folder = tempfile::tempdir().unwrap();
    let left_over = folder.path().join("docker.sock");
    drop(UnixListener::bind(&left_over).unwrap());
    let found = look("runs", &left_over.to_string_lossy()).await;
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.message.starts_with("nobody listens at "), "{}", found.message);
    let denied = no_socket("/run/docker.sock", &io::ErrorKind::PermissionDenied.into());
    assert!(denied.contains("group of that socket"), "{denied}");
}
