use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::{Browser, Client, DEADLINE};

/// One subscription on a `graphql-transport-ws` socket of its own; dropping it cuts the connection.
#[derive(Debug)]
pub struct Subscriber {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Subscriber {
    /// Opens a socket, signs in by `connection_init`, and subscribes.
    pub async fn open(client: &Client, document: &str, variables: Value) -> Self {
        let mut opened = Self::connect(client).await;
        opened.subscribe("1", document, variables).await;
        opened
    }

    /// Opens a socket and signs in.
    pub async fn connect(client: &Client) -> Self {
        let mut opened = Self::sign_in(client.url(), client.token()).await;
        assert_eq!(opened.message().await.unwrap()["type"], json!("connection_ack"));
        opened
    }

    /// Begins one more operation on the socket.
    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Opens a socket and says who it is; the server has not answered yet.
    pub async fn sign_in(url: &str, token: &str) -> Self {
        let mut request =
            format!("{}/graphql/ws", url.replacen("http", "ws", 1)).into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (wire, _) = connect_async(request).await.unwrap();
        let mut opened = Self { wire };
        let payload = json!({ "authorization": format!("Bearer {token}") });
        opened.say(json!({ "type": "connection_init", "payload": payload })).await;
        opened
    }

    /// Opens a socket from the page that a browser shows, with its cookie; none if the server lets that page open none.
    pub async fn of_browser(browser: &Browser, url: &str) -> Option<Self> {
        let mut request =
            format!("{}/graphql/ws", url.replacen("http", "ws", 1)).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        headers.insert("origin", browser.origin().parse().unwrap());
        if let Some(cookie) = browser.cookie() {
            headers.insert("cookie", cookie.parse().unwrap());
        }
        let (wire, _) = connect_async(request).await.ok()?;
        let mut opened = Self { wire };
        opened.say(json!({ "type": "connection_init" })).await;
        Some(opened)
    }

    /// Begins an operation on a socket that the server may have closed by now.
    pub async fn try_subscribe(&mut self, id: &str, document: &str) {
        let message = json!({ "id": id, "type": "subscribe", "payload": { "query": document } });
        self.wire.send(Message::text(message.to_string())).await.ok();
    }

    /// The data of the next item.
    pub async fn item(&mut self) -> Value {
        let mut message = self.message().await.expect("the subscription goes on");
        assert_eq!(message["type"], json!("next"), "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].take()
    }

    /// The next message; none once the server has closed the socket.
    pub async fn message(&mut self) -> Option<Value> {
        self.message_or_end().await.ok()
    }

    /// What the server says until it closes the socket, and the code and the reason of that.
    pub async fn rest(&mut self) -> (Vec<Value>, Option<(u16, String)>) {
        let mut said = Vec::new();
        loop {
            match self.message_or_end().await {
                Ok(message) => said.push(message),
                Err(end) => return (said, end),
            }
        }
    }

    async fn message_or_end(&mut self) -> Result<Value, Option<(u16, String)>> {
        loop {
            let frame = tokio::time::timeout(DEADLINE, self.wire.next()).await.expect("the server is silent");
            match frame.ok_or(None)?.unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(end) => {
                    return Err(end.map(|end| (end.code.into(), end.reason.as_str().to_owned())));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.wire.send(Message::text(message.to_string())).await.unwrap();
    }
}
