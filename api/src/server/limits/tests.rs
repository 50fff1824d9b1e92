use std::{sync::Arc, time::Duration};

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Schema, parser::parse_query};
use axum::{Router, body::Bytes, routing::post};
use futures::StreamExt as _;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
    time::timeout,
};

use super::{Options, document::measure, limit_requests, limit_schema};

const SHORT: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(20);

// Documents.

struct Node;

#[Object]
impl Node {
    async fn value(&self) -> i32 {
        1
    }

    async fn node(&self) -> Self {
        Node
    }

    #[graphql(complexity = "first as usize * child_complexity")]
    async fn nodes(&self, first: i32) -> Vec<Self> {
        (0..first).map(|_| Node).collect()
    }
}

type TestSchema = Schema<Node, EmptyMutation, EmptySubscription>;

fn schema() -> TestSchema {
    let options = Options { complexity_max: 500, ..Options::default() };
    limit_schema(Schema::build(Node, EmptyMutation, EmptySubscription), &options).finish()
}

/// The code with which a query is refused, or its message when it has none.
async fn refusal(query: &str) -> Option<String> {
    code_of(&schema().execute(query).await)
}

/// A query whose deepest field is at `depth`.
fn deep(depth: usize) -> String {
    format!("{}{{ value }}{}", "{ node ".repeat(depth - 1), " }".repeat(depth - 1))
}

/// The query by which tools read the schema, at its deepest.
fn introspection(of_types: usize) -> String {
    format!(
        "{{ __schema {{ types {{ ...T }} }} }}
         fragment T on __Type {{ fields {{ args {{ type {}{{ kind }}{} }} }} }}",
        "{ ofType ".repeat(of_types),
        " }".repeat(of_types)
    )
}

// invariant: E-10
#[tokio::test]
async fn fields_may_be_nested_ten_deep() {
    assert_eq!(refusal(&deep(10)).await, None);
    assert_eq!(refusal(&deep(11)).await.as_deref(), Some("TOO_DEEP"));
    let in_fragments = "{ node { ...A } } fragment A on Node { node { node { node { ...B } } } }
         fragment B on Node { node { node { node { ... on Node { node { node { value } } } } } } }";
    assert_eq!(refusal(in_fragments).await, None);
    let deeper = in_fragments.replace("value", "node { value }");
    assert_eq!(refusal(&deeper).await.as_deref(), Some("TOO_DEEP"));
}

#[tokio::test]
async fn the_tools_query_for_the_schema_may_be_deeper() {
    assert_eq!(refusal(&introspection(9)).await, None);
    assert_eq!(refusal(&introspection(11)).await.as_deref(), Some("TOO_DEEP"));
}

// invariant: E-10
#[tokio::test]
async fn fragments_that_double_are_refused_at_once() {
    let doubling = |n: usize| format!("fragment F{n} on Node {{ ...F{next} ...F{next} }}", next = n + 1);
    let fragments = (0..30).map(doubling).collect::<Vec<_>>().join(" ");
    let query = format!("{{ ...F0 }} {fragments} fragment F30 on Node {{ value }}");
    assert_eq!(refusal(&query).await.as_deref(), Some("TOO_LARGE"));
}

#[tokio::test]
async fn fragments_in_a_circle_or_a_long_chain_are_refused() {
    let circle = "{ ...A } fragment A on Node { ...B } fragment B on Node { node { ...A } }";
    assert_eq!(refusal(circle).await.as_deref(), Some("FRAGMENT_CYCLE"));
    let link = |n: usize| format!("fragment F{n} on Node {{ ...F{} }}", n + 1);
    let links = (0..5000).map(link).collect::<Vec<_>>().join(" ");
    let chain = format!("{{ ...F0 }} {links} fragment F5000 on Node {{ value }}");
    assert_eq!(refusal(&chain).await.as_deref(), Some("TOO_DEEP"));
}

#[tokio::test]
async fn a_chain_is_measured_whole_when_its_end_was_met_first() {
    // Parts of 20 each are within the limit, and already measured when they are put together.
    let part = |name: &str, inner: &str| {
        format!(" fragment {name} on Node {{ {}{inner}{} }}", "... { ".repeat(20), " }".repeat(20))
    };
    let query = format!("{{ ...B ...A }}{}{}", part("B", "value"), part("A", "...B"));
    assert_eq!(refusal(&query).await.as_deref(), Some("TOO_DEEP"));
    assert_eq!(refusal(&format!("{{ ...B }}{}", part("B", "value"))).await, None);
}

#[tokio::test]
async fn every_operation_of_a_document_is_measured() {
    let query = format!("query A {{ value }} query B {}", deep(11));
    let document = parse_query(&query).unwrap();
    assert!(measure(&document, &Options::default()).is_err());
}

#[tokio::test]
async fn a_list_costs_its_length_times_its_fields() {
    assert_eq!(refusal("{ nodes(first: 100) { value node { value } } }").await, None);
    let costly = "{ nodes(first: 100) { nodes(first: 100) { value } } }";
    assert_eq!(refusal(costly).await.as_deref(), Some("TOO_COMPLEX"));
}

#[tokio::test]
async fn a_field_has_so_many_directives() {
    let with = |count: usize| format!("{{ value {} }}", "@include(if: true) ".repeat(count));
    assert_eq!(refusal(&with(9)).await.as_deref(), Some("TOO_LARGE"));
    // Fewer pass this limit, and the validation then minds that they are the same.
    assert_eq!(refusal(&with(8)).await.as_deref(), Some("BAD_QUERY"));
}

// blackbox 19: what the executor itself refuses has a code, too.
#[tokio::test]
async fn every_refusal_of_a_document_has_a_code() {
    for (query, code) in [
        ("{ value", "BAD_QUERY"),
        ("", "BAD_QUERY"),
        ("{ ...Unknown }", "BAD_QUERY"),
        ("{ unknown }", "BAD_QUERY"),
        ("query A { value } query B { value }", "BAD_QUERY"),
        ("{ nodes(first: \"a\") { value } }", "BAD_ARGUMENT"),
        ("{ nodes(first: 5000000000) { value } }", "BAD_QUERY"),
        ("{ nodes { value } }", "BAD_QUERY"),
    ] {
        let found = refusal(query).await;
        assert_eq!(found.as_deref(), Some(code), "{query}");
    }
}

// blackbox 2, 3: sockets and requests share one limit, and what costs much takes much of it.
// invariant: E-10
#[tokio::test]
async fn what_runs_at_once_costs_so_much_together() {
    let options = Options { turns_max: 3, turn_complexity: 10, queue_timeout: SHORT, ..Options::default() };
    let gate = Gate::default();
    let schema = limit_schema(Schema::build(Holding, EmptyMutation, EmptySubscription), &options)
        .data(gate.clone())
        .finish();
    let ask = |query: &'static str| {
        let schema = schema.clone();
        async move { schema.execute(query).await }
    };
    let mut running = JoinSet::new();
    running.spawn(ask("{ held }"));
    timeout(PATIENCE, gate.entered.notified()).await.unwrap();
    assert_eq!(code_of(&ask("{ costly }").await).as_deref(), Some("OVERLOADED"));
    assert_eq!(code_of(&ask("{ cheap }").await), None);
    let by_socket = async_graphql::Executor::execute_stream(&schema, "{ costly }".into(), None);
    let by_socket: Vec<_> = by_socket.collect().await;
    assert_eq!(code_of(&by_socket[0]).as_deref(), Some("OVERLOADED"), "whichever way it comes");

    gate.release.notify_one();
    running.join_next().await.unwrap().unwrap();
    assert_eq!(code_of(&ask("{ costly }").await), None);
}

#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    release: Arc<Notify>,
}

struct Holding;

#[Object]
impl Holding {
    async fn cheap(&self) -> i32 {
        1
    }

    #[graphql(complexity = 20)]
    async fn costly(&self) -> i32 {
        1
    }

    async fn held(&self, context: &Context<'_>) -> i32 {
        let gate = context.data_unchecked::<Gate>();
        gate.entered.notify_one();
        gate.release.notified().await;
        1
    }
}

fn code_of(response: &async_graphql::Response) -> Option<String> {
    let error = response.errors.first()?;
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    Some(code.map_or_else(|| error.message.clone(), |code| code.to_string().replace('"', "")))
}

// Requests.

/// Echoes the size of the body; `hold` never answers, `panic` panics.
struct Server {
    address: std::net::SocketAddr,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start(options: Options) -> Self {
        let handler = |body: Bytes| async move {
            match &body[..] {
                b"hold" => std::future::pending().await,
                b"panic" => panic!("on purpose"),
                _ => {}
            }
            format!("size {}", body.len())
        };
        let routes = Router::new().route("/graphql", post(handler));
        let app: Router = limit_requests(routes, &options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, _tasks: tasks }
    }

    /// Sends a head and a body as they are, and reads the answer to its end.
    async fn send(&self, headers: &str, body: &[u8]) -> String {
        let mut wire = TcpStream::connect(self.address).await.unwrap();
        let head =
            format!("POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n");
        wire.write_all(head.as_bytes()).await.unwrap();
        wire.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, wire.read_to_end(&mut answer)).await.expect("no answer in time").unwrap();
        String::from_utf8(answer).unwrap()
    }

    async fn post(&self, body: &str) -> String {
        self.send(&format!("Content-Length: {}", body.len()), body.as_bytes()).await
    }
}

#[track_caller]
fn assert_refused(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], code, "{body}");
    assert!(body["errors"][0]["message"].is_string(), "{body}");
}

// invariant: E-10
#[tokio::test]
async fn a_body_has_a_size() {
    let server = Server::start(Options { body_size_max_bytes: 10, ..Options::default() }).await;
    assert!(server.post("0123456789").await.ends_with("size 10"));
    // Refused by what it announces: nothing of it is waited for.
    assert_refused(&server.send("Content-Length: 11", b"").await, 413, "BODY_TOO_LARGE");
    let chunked = "Transfer-Encoding: chunked";
    assert!(server.send(chunked, b"5\r\n01234\r\n0\r\n\r\n").await.ends_with("size 5"));
    let endless = b"5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n";
    assert_refused(&server.send(chunked, endless).await, 413, "BODY_TOO_LARGE");
}

#[tokio::test]
async fn a_body_has_a_time_to_arrive() {
    let server = Server::start(Options { body_timeout: SHORT, ..Options::default() }).await;
    assert_refused(&server.send("Content-Length: 10", b"01234").await, 408, "BODY_TOO_SLOW");
    assert!(server.post("a").await.ends_with("size 1"));
}

#[tokio::test]
async fn a_body_that_breaks_is_not_called_too_large() {
    let server = Server::start(Options::default()).await;
    assert_refused(&server.send("Transfer-Encoding: chunked", b"xyz\r\n").await, 400, "BODY_BROKEN");
}

// invariant: E-10
#[tokio::test]
async fn a_request_has_a_deadline() {
    let options = Options { deadline: SHORT, ..Options::default() };
    let server = Server::start(options).await;
    assert_refused(&server.post("hold").await, 504, "DEADLINE_EXCEEDED");
    assert!(server.post("a").await.ends_with("size 1"));
}

// invariant: E-4
#[tokio::test]
async fn a_panic_is_a_fault_without_its_message() {
    let server = Server::start(Options::default()).await;
    let answer = server.post("panic").await;
    assert_refused(&answer, 500, "INTERNAL");
    assert!(!answer.contains("on purpose"), "{answer}");
    assert!(server.post("a").await.ends_with("size 1"));
}
