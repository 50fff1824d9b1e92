//! JSON as Python writes it, made JSON as everybody reads it.
//!
//! A site that cuts a title inside an emoji leaves half a surrogate pair, which Python keeps and writes as
//! `\ud83d`; and a number that is none becomes `NaN`. Both are refused by strict readers, with the whole line.

use std::borrow::Cow;

/// The same without what only Python reads: half a letter becomes U+FFFD, and what is no number null.
pub(super) fn json(text: &str) -> Cow<'_, str> {
    const SIGNS: [&str; 4] = ["\\ud", "\\uD", "NaN", "Infinity"];
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(letter) = rest.chars().next() {
        let (taken, instead) = match letter {
            '\\' if in_string => escape(rest),
            '"' => {
                in_string = !in_string;
                (1, None)
            }
            'N' | 'I' | '-' if !in_string => no_number(rest),
            other => (other.len_utf8(), None),
        };
        let (kept, left) = rest.split_at(taken.min(rest.len()));
        clean.push_str(instead.unwrap_or(kept));
        rest = left;
    }
    Cow::Owned(clean)
}

/// How many bytes the escape at the beginning has, and what stands in for it if it is half a letter.
fn escape(text: &str) -> (usize, Option<&'static str>) {
    const ONE: usize = 6;
    match unit(text) {
        Some(0xd800..=0xdbff) => {
            let other = text.get(ONE..).and_then(unit);
            if matches!(other, Some(0xdc00..=0xdfff)) { (2 * ONE, None) } else { (ONE, Some("\u{fffd}")) }
        }
        Some(0xdc00..=0xdfff) => (ONE, Some("\u{fffd}")),
        Some(_) => (ONE, None),
        // Another escape: the letter behind the backslash, which may be a quote, is not looked at.
        None => (1 + text.chars().nth(1).map_or(0, char::len_utf8), None),
    }
}

/// The UTF-16 unit that an escape at the beginning stands for.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn no_number(text: &str) -> (usize, Option<&'static str>) {
    const WORDS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
    let word = WORDS.iter().find(|word| text.starts_with(**word));
    word.map_or((1, None), |word| (word.len(), Some("null")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Value) {
        assert_eq!(&serde_json::from_str::<Value>(&json(text)).unwrap(), expected, "{text}");
    }

    // Field 06.
    #[test]
    fn half_a_letter_and_what_is_no_number_are_read() {
        check(r#"{"t": "x\ud83d"}"#, &json!({"t": "x\u{fffd}"}));
        check(r#"{"t": "\ud83d\ud83d\ude00!"}"#, &json!({"t": "\u{fffd}😀!"}));
        check(r#"{"t": "\uDE00\uD83D\uDE00"}"#, &json!({"t": "\u{fffd}😀"}));
        check(r#"{"t": "\ud83d\"NaN"}"#, &json!({"t": "\u{fffd}\"NaN"}));
        check(r#"{"t": "\\ud83d", "d": NaN}"#, &json!({"t": "\\ud83d", "d": null}));
        check(
            r#"[Infinity, -Infinity, -1, NaN, "Infinity", "\ud83"]"#.replace("\\ud83\"", "\"").as_str(),
            &{ json!([null, null, -1, null, "Infinity", ""]) },
        );
    }

    proptest! {
        // Whatever can be read as it is means the same afterwards.
        #[test]
        fn what_is_json_stays_as_it_is(texts in prop::collection::vec(any::<String>(), 1..5), tail in "(NaN|Infinity|\\\\ud|\\\\)*") {
            let value = json!({ "texts": texts, "tail": tail, "number": -1.5 });
            let text = value.to_string();
            prop_assert_eq!(&serde_json::from_str::<Value>(&json(&text)).unwrap(), &value);
        }

        #[test]
        fn nothing_makes_it_stumble(text in "[\\\\uDd8c0-9\"NaInfity\\-é😀]{0,60}") {
            json(&text);
        }
    }
}
