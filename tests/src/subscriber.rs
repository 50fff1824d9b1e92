use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::{Client, DEADLINE};

/// One subscription on a `graphql-transport-ws` socket of its own; dropping it cuts the connection.
#[derive(Debug)]
pub struct Subscriber {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Subscriber {
    /// Opens a socket, signs in by `connection_init`, and subscribes.
    pub async fn open(client: &Client, document: &str, variables: Value) -> Self {
        let mut opened = Self::sign_in(client.url(), client.token()).await;
        assert_eq!(opened.message().await.unwrap()["type"], json!("connection_ack"));
        let payload = json!({ "query": document, "variables": variables });
        opened.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        opened
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

    /// The data of the next item.
    pub async fn item(&mut self) -> Value {
        let mut message = self.message().await.expect("the subscription goes on");
        assert_eq!(message["type"], json!("next"), "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].take()
    }

    /// The next message; none once the server has closed the socket.
    pub async fn message(&mut self) -> Option<Value> {
        loop {
            let frame = tokio::time::timeout(DEADLINE, self.wire.next()).await.expect("the server is silent");
            match frame?.unwrap() {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }

    async fn say(&mut self, message: Value) {
        self.wire.send(Message::text(message.to_string())).await.unwrap();
    }
}
