//! Matrix: `PUT …/send/m.room.message/{txnId}`,
//! <https://spec.matrix.org/latest/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid>.

use http::{Method, header};
use mediary_schema::{DeliveryId, delivery::Message};
use serde_json::json;

use super::{Call, step, text};

/// Characters of one message, well within an event of 64 KiB.
const CHARS_MAX: usize = 4_000;

pub(super) fn call(server: &str, token: &str, room: &str, id: DeliveryId, message: &Message) -> Call {
    // Under one transaction's id a server takes a message once.
    let (room, id) = (step(room), step(&id.to_string()));
    let url = format!("{server}/_matrix/client/v3/rooms/{room}/send/m.room.message/{id}");
    let body = json!({ "msgtype": "m.text", "body": text(message, CHARS_MAX) });
    let call = Call::json(url, &body).with(header::AUTHORIZATION, &format!("Bearer {token}"));
    Call { method: Method::PUT, ..call }
}
