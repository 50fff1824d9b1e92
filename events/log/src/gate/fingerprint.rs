//! What tells two commands under one id apart, without telling anybody what they were.

use serde_json::Value;

/// One use of the key of an installation; never another one's.
const CONTEXT: &str = "mediary 2026-11-26 fingerprint of a command";

/// The name of a command and the fingerprint of what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// The stored name.
    pub(super) name: &'static str,
    /// The first 16 bytes of keyed BLAKE3 over the command's one form.
    pub(super) bytes: [u8; 16],
}

impl Fingerprint {
    /// The fingerprint of a command whose arguments are in their one form.
    ///
    /// It is keyed: an address that was erased can't be confirmed by whoever guesses it.
    pub(super) fn new(identity_key: &[u8; 32], name: &'static str, arguments: &Value) -> Self {
        let mut text = String::new();
        write_sorted(arguments, &mut text);
        let key = blake3::derive_key(CONTEXT, identity_key);
        let mut hasher = blake3::Hasher::new_keyed(&key);
        hasher.update(name.as_bytes()).update(&[0]).update(text.as_bytes());
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Self { name, bytes }
    }
}

/// JSON without blanks, the keys of each object in the order of their bytes.
fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| key.as_bytes());
            text.push('{');
            for (place, (key, value)) in fields.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_sorted(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::work::REGISTRY;

    fn of(name: &str, arguments: Value) -> String {
        let command = REGISTRY.command(name, arguments).unwrap();
        let bytes = Fingerprint::new(&[7; 32], command.name(), command.arguments()).bytes;
        bytes.map(|byte| format!("{byte:02x}")).concat()
    }

    // Golden vectors: a field that is added later with its default must not change one of them.
    #[test]
    fn a_command_has_the_fingerprint_that_it_always_had() {
        let playlist = "playlist-01890a5d-ac96-774b-bcce-b302099a8057";
        let job = "job-01890a5d-ac96-774b-bcce-b302099a8057";
        let cases = [
            (
                "playlist.follow",
                json!({ "url": "https://example.org/list" }),
                "4fe2b59634f72e3a9b93ee3c8a32265a",
            ),
            ("playlist.refresh", json!({ "playlist_id": playlist }), "7d064c4fb5fcb56be8623a706d4d6bda"),
            (
                "playlist.refresh",
                json!({ "playlist_id": playlist, "full": true }),
                "bef4f0b132ad84f48ef468cb668c54a4",
            ),
            (
                "download.start",
                json!({ "target": { "playlist_id": playlist } }),
                "de813f56d858c334ac193fd2f7bc7ba4",
            ),
            ("job.cancel", json!({ "job_ids": [job] }), "37278fe03d9bbffaa90edcc18a9b9d89"),
            ("job.retry", json!({ "job_ids": [job] }), "0f6f0cc69a023914c30c30b74db2de2f"),
            (
                "limit.set",
                json!({ "total": 3, "per_kind": { "download": 2 } }),
                "4cdaa441aec305f43e32b4a2fbe23524",
            ),
        ];
        let found: Vec<String> = cases.iter().map(|(name, args, _)| of(name, args.clone())).collect();
        let golden: Vec<&str> = cases.iter().map(|(_, _, golden)| *golden).collect();
        assert_eq!(found, golden);
    }

    #[test]
    fn how_it_is_written_does_not_matter() {
        let id = "01890A5D-AC96-774B-BCCE-B302099A8057";
        let one = of("playlist.refresh", json!({ "playlist_id": id, "full": false }));
        let lower = format!("playlist-{}", id.to_lowercase());
        assert_eq!(one, of("playlist.refresh", json!({ "playlist_id": lower })));
        assert_ne!(one, of("playlist.unfollow", json!({ "playlist_id": lower })), "the name counts");
    }

    #[test]
    fn another_installation_has_other_fingerprints() {
        let arguments = json!({ "url": "https://example.org/list" });
        let print = |key| Fingerprint::new(&[key; 32], "playlist.follow", &arguments).bytes;
        assert_ne!(print(1), print(2));
    }
}
