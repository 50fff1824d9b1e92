//! What goes over NATS, for programs: `AsyncAPI` 3, made from the table of concerns.

use serde_json::{Map, Value, json};

use super::commands::{COMMAND_ID, COMMANDS, DRY_RUN, ONLY_IF};
use crate::gate::{Fanout, Registry};

/// The headers of an event, with what they hold.
const HEADERS: [(&str, &str); 15] = [
    ("Nats-Msg-Id", "the event's id, a bare UUID"),
    ("Mediary-Position", "its place in the log, gapless from 1"),
    ("Mediary-Stream", "<concern>-<uuid>"),
    ("Mediary-Version", "its place in the stream, gapless from 1"),
    ("Mediary-Kind", "<concern>.<event>"),
    ("Mediary-Schema", "the version of the payload's form"),
    (
        "Mediary-Subjects",
        "what it is about besides its stream, if anything: ids such as item-<uuid>, with spaces between",
    ),
    ("Mediary-At", "when it was recorded, RFC 3339"),
    ("Mediary-Correlation-Id", "the story"),
    ("Mediary-Causation-Id", "the event that caused it, if one did"),
    ("Mediary-Origin", "from where its command came"),
    ("Mediary-Command-Id", "the command that it follows from"),
    ("Mediary-Principal", "who started the story"),
    ("Mediary-Project", "whose it is"),
    ("Mediary-Payload", "why the body is empty, if it is: erased, too_large, unreadable"),
];

/// The contract: every subject with its headers and what its messages hold.
pub fn asyncapi(registry: &Registry) -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    for entry in registry.entries().iter().filter(|entry| entry.fanout != Fanout::Nothing) {
        for event in entry.events {
            let name = format!("{}.{}", entry.name, event.name);
            let body = match entry.fanout {
                Fanout::Whole => json!({ "type": "object", "description": "the event's payload" }),
                Fanout::EnvelopeOnly | Fanout::Nothing => json!({ "description": "empty" }),
            };
            let address = format!("mediary.events.{{project}}.{name}.{{stream}}");
            channels
                .insert(name.clone(), channel(&address, &json!({ "headers": headers(), "payload": body })));
            channels[&name]["x-subjects"] = json!(event.subjects);
            operations.insert(format!("hear {name}"), operation("send", &name));
        }
    }
    for kind in registry.commands().filter(|kind| kind.over_nats) {
        let address = format!("{COMMANDS}.{{principal}}.{}", kind.name);
        let asked = json!({
            "headers": { "type": "object", "properties": {
                COMMAND_ID: { "type": "string", "description": "sent twice, it is done once" },
                DRY_RUN: { "type": "string", "enum": ["true", "false"], "description": "only say what would be done" },
                ONLY_IF: { "type": "string", "description": "JSON: streams, subjects, types, after" },
            } },
            "payload": (kind.schema)(),
        });
        channels.insert(kind.name.to_owned(), channel(&address, &asked));
        let mut ask = operation("receive", kind.name);
        ask["reply"] = json!({ "channel": { "$ref": "#/channels/reply" } });
        operations.insert(format!("ask {}", kind.name), ask);
    }
    channels.insert("reply".to_owned(), channel("", &json!({ "payload": reply() })));
    let signal = json!({ "payload": { "type": "object", "description": "the value of now" } });
    let address = "mediary.signals.{project}.{concern}.{signal}.{uuid}";
    channels.insert("signal".to_owned(), channel(address, &signal));
    operations.insert("hear signal".to_owned(), operation("send", "signal"));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Mediary over NATS",
            "version": "1",
            "description": "Events, signals and commands; docs/nats.md says what holds.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
    })
}

fn channel(address: &str, message: &Value) -> Value {
    let names = address.split('.').filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Map<String, Value> = names.map(|name| (name.to_owned(), json!({}))).collect();
    // An answer goes to whatever inbox the request names.
    let address = if address.is_empty() { Value::Null } else { address.into() };
    json!({ "address": address, "parameters": parameters, "messages": { "message": message } })
}

fn operation(action: &str, channel: &str) -> Value {
    json!({ "action": action, "channel": { "$ref": format!("#/channels/{channel}") } })
}

fn headers() -> Value {
    let properties: Map<String, Value> = HEADERS
        .iter()
        .map(|(name, says)| ((*name).to_owned(), json!({ "type": "string", "description": says })))
        .collect();
    json!({ "type": "object", "properties": properties })
}

fn reply() -> Value {
    json!({
        "type": "object",
        "description": "what the command answers beside: playlist_id, job_id, results, limits, …",
        "required": ["user_errors"],
        "properties": {
            "position": { "type": "integer", "description": "the position that shows it" },
            "story_id": { "type": "string", "description": "the story of everything that follows" },
            "repeated": { "type": "boolean", "description": "whether it had been accepted before" },
            "joined_job_ids": { "type": "array", "items": { "type": "string" }, "description": "jobs under way for the same work that it joined, which keep their batch, tags, template, moment and predecessor" },
            "receipt": { "type": ["string", "null"], "description": "a signed receipt; none is made yet" },
            "user_errors": { "type": "array", "description": "why it was not done", "items": {
                "type": "object",
                "required": ["code", "message", "retryable"],
                "properties": {
                    "code": { "type": "string" },
                    "message": { "type": "string" },
                    "advice": { "type": "string" },
                    "retryable": { "type": "boolean" },
                    "positions": { "type": "array", "items": { "type": "integer" } },
                },
            } },
        },
    })
}
