//! Small pieces of text that several answers need.

use mediary_schema::Timestamp;

/// Escapes text for XML and HTML, in element content and in quoted attributes alike.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A date as HTTP and RSS write it (`Mon, 21 Sep 2026 14:13:20 GMT`).
pub(super) fn http_date(moment: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]; // 1970-01-01 was a Thursday
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAY_MICROS: i64 = 86_400_000_000;

    let rfc_3339 = moment.to_string();
    let weekday = DAYS[moment.as_micros().div_euclid(DAY_MICROS).rem_euclid(7) as usize];
    let month = rfc_3339[5..7].parse::<usize>().map_or("Jan", |month| MONTHS[month - 1]);
    format!("{weekday}, {} {month} {} {} GMT", &rfc_3339[8..10], &rfc_3339[..4], &rfc_3339[11..19])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date(Timestamp::from_micros(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(Timestamp::from_micros(1_790_000_000_123_456)), "Mon, 21 Sep 2026 14:13:20 GMT");
    }

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(escape(r#"<a href="x">'&'</a>"#), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    }
}
