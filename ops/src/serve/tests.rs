//! What becomes of a server one of whose parts ends by itself.

use super::server::{Server, start};
use crate::configuration::{Configuration, NatsMode};
use mediary_projections::job::JobView;

/// Starts a server, ends one of its parts, and answers which one the server names.
async fn named_after(end: impl FnOnce(&Server)) -> &'static str {
    crate::provide_tls();
    let folder = tempfile::tempdir().unwrap();
    let mut configuration = Configuration::of_data(&folder.path().join("data"));
    configuration.listen = "127.0.0.1:0".parse().unwrap();
    configuration.nats = NatsMode::Off;
    configuration.log.reserve_bytes = 1 << 20;
    let mut server = start(configuration).await.unwrap();
    end(&server);
    let part = server.ended().await;
    server.stop().await;
    part
}

// Edge A26: a part that ended was noticed by nobody, and `/readyz` went on to say that all is well.
// invariant: A-1
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_ends_by_itself_is_noticed() {
    assert_eq!(named_after(|server| server.http.abort()).await, "http");
    assert_eq!(named_after(|server| server.agreeing.abort()).await, "reconciler");
    assert_eq!(named_after(|server| server.views.of::<JobView>().stop()).await, "job");
}
