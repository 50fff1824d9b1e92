//! Values as people read them.

/// Text of a source without what drives a terminal; line breaks become blanks.
pub(crate) fn clean(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' | '\r' | '\t' => ' ',
        letter if letter.is_control() || is_bidi(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.chars().map(shown).collect()
}

/// Marks that turn the direction of what follows: a title must not rearrange its row.
const fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A GraphQL enum's value as a word: `NOT_SEEN` is `not seen`.
pub(crate) fn word(value: &str) -> String {
    value.to_lowercase().replace('_', " ")
}

/// A value that may be missing.
pub(crate) fn optional(value: Option<&str>) -> String {
    value.unwrap_or("-").to_owned()
}

/// `1 entry`, `2 entries`.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{count} {noun}")
}

/// A size with the unit that leaves one to three digits before the point.
pub(crate) fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if size < 1_024 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1_024.0;
    let mut unit = 0;
    // What would be printed as 1024.0 belongs to the next unit.
    while value >= 1_023.95 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A duration as `m:ss` or `h:mm:ss`.
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = (milliseconds + 500) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A moment to the second, in UTC: `2026-11-21 08:00:00Z`.
pub(crate) fn moment(rfc_3339: &str) -> String {
    match rfc_3339.split_once('.') {
        Some((seconds, fraction)) if fraction.ends_with('Z') => format!("{}Z", seconds.replace('T', " ")),
        _ => rfc_3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_few_digits() {
        let cases = [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (1_048_575, "1.0 MiB"),
            (5_500_000, "5.2 MiB"),
            (3 << 40, "3.0 TiB"),
        ];
        for (size, text) in cases {
            assert_eq!(bytes(size), text);
        }
    }

    #[test]
    fn durations_are_read_as_on_a_player() {
        assert_eq!([duration(5_400), duration(61_000), duration(3_723_600)], ["0:05", "1:01", "1:02:04"]);
    }

    #[test]
    fn moments_lose_their_microseconds() {
        assert_eq!(moment("2026-11-21T08:00:00.123456Z"), "2026-11-21 08:00:00Z");
        assert_eq!(moment("soon"), "soon");
    }

    #[test]
    fn marks_of_direction_are_shown_as_such() {
        assert_eq!(clean("abc\u{202e}txt.exe"), "abc\u{fffd}txt.exe");
    }
}
