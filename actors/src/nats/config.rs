//! The server's configuration.

use std::net::Ipv4Addr;

use mediary_log::fanout::STREAM;

use super::access::{AUTOMATION, Access, PLATFORM};

/// The file, in the server's folder.
pub(super) const FILE: &str = "server.conf";
/// The store, in the same folder.
const STORE: &str = "jetstream";

/// An event's payload may have 256 KiB; as JSON it may be several times as long.
const MESSAGE_BYTES_MAX: u64 = 2 << 20;
/// What automations keep in memory is theirs to limit, but not without end.
const MEMORY_BYTES_MAX: u64 = 64 << 20;
/// A power cut may lose so much of the stream; the relay publishes it again. The server's own default is two
/// minutes, and syncing each message would contend with the log for the disk.
const SYNC_INTERVAL: &str = "10s";
/// The first version that knows `sync_interval`; an older one refuses to start because of it.
const SYNC_INTERVAL_SINCE: (u32, u32) = (2, 10);

/// What `automation` may ask: all that a consumer of the stream needs, and nothing that changes the stream.
const ASKED: [&str; 12] = [
    "$JS.API.INFO",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.INFO.",
    "$JS.API.STREAM.MSG.GET.",
    "$JS.API.DIRECT.GET.",
    "$JS.API.CONSUMER.NAMES.",
    "$JS.API.CONSUMER.LIST.",
    "$JS.API.CONSUMER.CREATE.",
    "$JS.API.CONSUMER.DURABLE.CREATE.",
    "$JS.API.CONSUMER.INFO.",
    "$JS.API.CONSUMER.DELETE.",
    "$JS.API.CONSUMER.MSG.NEXT.",
];
/// What `automation` may answer.
const ANSWERED: [&str; 2] = ["$JS.ACK.", "$JS.FC."];
/// What `automation` may hear.
const HEARD: [&str; 3] = ["mediary.events.>", "mediary.signals.>", "_INBOX.>"];

/// The configuration for a version of the server.
pub(super) fn text(access: &Access, stream_bytes_max: u64, version: &str, users: &[String]) -> String {
    // Twice the stream, which leaves automations as much for streams of their own consumers.
    let store_bytes_max = stream_bytes_max.saturating_mul(2);
    let sync = if knows_sync_interval(version) {
        format!("\n  sync_interval: {SYNC_INTERVAL}")
    } else {
        String::new()
    };
    format!(
        r#"# Written by Mediary at every start of the server: changes are lost.
server_name: mediary
listen: "{address}:{port}"
max_payload: {MESSAGE_BYTES_MAX}
jetstream {{
  store_dir: {STORE}
  max_memory_store: {MEMORY_BYTES_MAX}
  max_file_store: {store_bytes_max}{sync}
}}
accounts {{
  MEDIARY {{
    jetstream: enabled
    users: [
      {{ user: {PLATFORM}, password: "{platform}" }}
      {{
        user: {AUTOMATION}, password: "{automation}"
        permissions: {{
          publish: {{ allow: [{published}] }}
          subscribe: {{ allow: [{heard}] }}
        }}
      }}
{users}    ]
  }}
}}
"#,
        address = Ipv4Addr::LOCALHOST,
        port = access.port,
        platform = access.platform.reveal(),
        automation = access.automation.reveal(),
        users = users.iter().map(|user| format!("      {user}\n")).collect::<Vec<_>>().concat(),
        published = list(&published()),
        heard = list(&HEARD.map(str::to_owned)),
    )
}

fn published() -> Vec<String> {
    let of_stream = |subject: &str| [format!("{subject}{STREAM}"), format!("{subject}{STREAM}.>")];
    let asked = ASKED.iter().flat_map(|subject| {
        if subject.ends_with('.') { of_stream(subject).to_vec() } else { vec![(*subject).to_owned()] }
    });
    asked.chain(ANSWERED.iter().flat_map(|subject| of_stream(subject))).collect()
}

fn list(subjects: &[String]) -> String {
    subjects.iter().map(|subject| format!("{subject:?}")).collect::<Vec<_>>().join(", ")
}

/// Whether a version such as `2.15.1` is new enough; one that isn't understood is taken for an old one.
fn knows_sync_interval(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) => (major, minor) >= SYNC_INTERVAL_SINCE,
        _ => false,
    }
}
