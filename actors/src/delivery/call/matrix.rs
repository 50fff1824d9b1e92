//! Matrix: `PUT …/send/m.room.message/{txnId}`,
//! <https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid>.

use http::{Method, header};
use mediary_schema::{DeliveryId, delivery::Message};
use serde_json::json;

use super::{Call, link, step, text, text_and_link};

/// Characters of one message, well within an event of 64 KiB.
const CHARS_MAX: usize = 4_000;

pub(super) fn call(server: &str, token: &str, room: &str, id: DeliveryId, message: &Message) -> Call {
    // Under one transaction's id a server takes a message once.
    let (room, id) = (step(room), step(&id.to_string()));
    let url = format!("{server}/_matrix/client/v3/rooms/{room}/send/m.room.message/{id}");
    let mut body = json!({ "msgtype": "m.text", "body": text_and_link(message, CHARS_MAX) });
    if let Some(link) = link(message) {
        let (said, link) = (escaped(&text(message, CHARS_MAX)).replace('\n', "<br>"), escaped(link));
        body["format"] = "org.matrix.custom.html".into();
        body["formatted_body"] = format!("{said}<br><a href=\"{link}\">{link}</a>").into();
    }
    let call = Call::json(url, &body).with(header::AUTHORIZATION, &format!("Bearer {token}"));
    Call { method: Method::PUT, ..call }
}

/// Text as it stands in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
