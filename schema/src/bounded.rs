//! How long what comes from outside may be, so that nothing a source says makes an event too large to be recorded.

/// The longest title in bytes; a longer one is cut.
pub const TITLE_BYTES_MAX: usize = 1_024;
/// The longest address in bytes; a row with a longer one can't be read.
pub const ADDRESS_BYTES_MAX: usize = 8_192;
/// The longest id that an extractor gives, in bytes; a row with a longer one can't be read.
pub const SOURCE_ID_BYTES_MAX: usize = 8_192;
/// The longest line of a tool's output that is kept in an event, in bytes; a longer one is cut.
pub const OUTPUT_LINE_BYTES_MAX: usize = 1_024;

/// A text that has at most so many bytes: cut at the border of a letter, with a mark that it was.
pub fn cut(text: String, bytes_max: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= bytes_max {
        return text;
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(MARK.len()));
    format!("{}{MARK}", &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::cut;

    proptest! {
        #[test]
        fn a_text_is_cut_where_it_is_too_long_and_nowhere_else(text in "\\PC{0,40}", max in 3..200_usize) {
            let found = cut(text.clone(), max);
            prop_assert!(found.len() <= max);
            prop_assert_eq!(found == text, text.len() <= max);
            prop_assert!(text.starts_with(found.trim_end_matches('…')));
        }
    }
}
