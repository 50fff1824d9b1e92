//! Leaves secrets out of texts: what stands in the addresses that are in them.
//!
//! An address is stored whole where it has to be fetched again, and nowhere else: output of programs, failures
//! and what is told of either go through [`text`] first.

use std::borrow::Cow;

/// What stands where a secret was.
pub const REDACTED: &str = "***";

/// Keys of a query whose values say what is asked for, and nothing about who asks.
const HARMLESS_KEYS: [&str; 14] = [
    "v",
    "list",
    "t",
    "p",
    "page",
    "index",
    "start",
    "q",
    "channel_id",
    "playlist_id",
    "user",
    "format",
    "lang",
    "feature",
];
/// Parts of a key that make even a number a secret.
const SECRET_WORDS: [&str; 10] =
    ["pass", "pwd", "pin", "secret", "token", "key", "sig", "auth", "code", "cred"];

/// A text without the user info (`user:password@`) and the keys and signatures (`?sig=…`) of the addresses in it.
pub fn text(text: &str) -> Cow<'_, str> {
    if !text.contains("://") || !text.contains(['@', '?']) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(scheme_end) = rest.find("://") {
        let (before, after) = rest.split_at(scheme_end + "://".len());
        clean.push_str(before);
        let (address, behind) = after.split_at(after.find(ends_address).unwrap_or(after.len()));
        push_address(&mut clean, address);
        rest = behind;
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// An address behind its scheme.
fn push_address(clean: &mut String, address: &str) {
    let authority_end = address.find(['/', '?', '#']).unwrap_or(address.len());
    let (authority, rest) = address.split_at(authority_end);
    match authority.rsplit_once('@') {
        // The last one, since a password may hold an unescaped `@`.
        Some((_, host)) => {
            clean.push_str(REDACTED);
            clean.push('@');
            clean.push_str(host);
        }
        None => clean.push_str(authority),
    }
    let Some((path, query)) = rest.split_once('?') else {
        clean.push_str(rest);
        return;
    };
    clean.push_str(path);
    let (query, fragment) = query.split_at(query.find('#').unwrap_or(query.len()));
    let mut separator = '?';
    for pair in query.split('&') {
        clean.push(separator);
        separator = '&';
        push_pair(clean, pair);
    }
    clean.push_str(fragment);
}

fn push_pair(clean: &mut String, pair: &str) {
    match pair.split_once('=') {
        Some((key, value)) if is_shown(key, value) => clean.push_str(pair),
        Some((key, _)) => {
            clean.push_str(key);
            clean.push('=');
            clean.push_str(REDACTED);
        }
        // A query without a name may be a key as a whole.
        None if pair.len() > KEYWORD_LEN_MAX => clean.push_str(REDACTED),
        None => clean.push_str(pair),
    }
}

/// The longest word that stands alone in a query, as `raw` does.
const KEYWORD_LEN_MAX: usize = 12;

fn is_shown(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_number = value.len() < 16 && value.bytes().all(|byte| byte.is_ascii_digit());
    HARMLESS_KEYS.contains(&key.as_str())
        || (is_number && !SECRET_WORDS.iter().any(|word| key.contains(word)))
}

fn ends_address(character: char) -> bool {
    matches!(character, '"' | '\'' | '<' | '>' | '\\' | '`') || character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::text;

    // invariant: S-1
    #[test]
    fn secrets_of_addresses_go_and_everything_else_stays() {
        for (given, clean) in [
            ("plain", "plain"),
            ("see http://a.example/x@y", "see http://a.example/x@y"),
            ("http://u@a.example", "http://***@a.example"),
            ("two: http://u:p@a/ and ftp://v:w@b/", "two: http://***@a/ and ftp://***@b/"),
            ("http://u:p@ss@a/", "http://***@a/"),
            ("ünïcode http://ü:ß@ä/", "ünïcode http://***@ä/"),
            ("http://a/w?v=dQw4w9WgXcQ&list=PL1", "http://a/w?v=dQw4w9WgXcQ&list=PL1"),
            ("http://a/e.mp3?ep=12#t", "http://a/e.mp3?ep=12#t"),
            ("http://a/e.mp3?Signature=a%2Fb==&Expires=17#t", "http://a/e.mp3?Signature=***&Expires=17#t"),
            ("\"http://a/feed?auth=s3cret\", more", "\"http://a/feed?auth=***\", more"),
            ("http://a/feed?pin=1234", "http://a/feed?pin=***"),
            ("http://a/feed?raw", "http://a/feed?raw"),
            ("http://a/feed?3f9c0e5d7a1b4c2e", "http://a/feed?***"),
            ("http://a/w?u=http://b/?key=x y", "http://a/w?u=*** y"),
        ] {
            assert_eq!(text(given), clean);
        }
    }
}
