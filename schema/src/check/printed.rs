//! What a program printed, or came with a report: its words, and its numbers behind a `|` or as lines of JSON.
//!
//! Source: the guidelines for plug-ins of Nagios and of the Monitoring Plugins project,
//! `'label'=value[UOM];[warn];[crit];[min];[max]`; and one JSON object a line for whoever has several numbers.

use serde::Deserialize;

use super::{Finding, Value, one_line};

/// What a program printed, or came with a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Printed {
    /// Its first line without numbers; nothing if it has none.
    pub message: String,
    /// Its numbers; at most [`Finding::VALUES_MAX`].
    pub values: Vec<Value>,
}

/// A number as a line of JSON.
#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    value: f64,
    #[serde(default)]
    unit: String,
}

impl Printed {
    /// Reads it line by line; what is no number is left out.
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut printed = Self::default();
        for line in lines {
            if let Ok(Line { name, value, unit }) = serde_json::from_str(line) {
                printed.values.push(Value { name, value, unit });
                continue;
            }
            let (words, numbers) = line.split_once('|').unwrap_or((line, ""));
            if printed.message.is_empty() {
                printed.message = one_line(words);
            }
            printed.values.extend(labels(numbers));
        }
        printed.values.retain(|value| !value.name.is_empty() && value.value.is_finite());
        printed.values.truncate(Finding::VALUES_MAX);
        printed
    }
}

/// The numbers of a line, those that are none left out.
fn labels(text: &str) -> Vec<Value> {
    let (mut rest, mut found) = (text.trim(), Vec::new());
    while !rest.is_empty() {
        let Some((label, behind)) = label(rest) else { break };
        let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
        let (number, next) = behind.split_at(end);
        found.extend(number_of(number).map(|(value, unit)| Value::new(label, value, unit)));
        rest = next.trim_start();
    }
    found
}

/// A label, which may stand in quotes, and what is behind its `=`.
fn label(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('\'') else {
        let (label, behind) = text.split_once('=')?;
        return Some((label.trim().to_owned(), behind));
    };
    // A quote within is written twice.
    let mut label = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            label.push(letter);
        } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
            label.push('\'');
            letters.next();
        } else {
            return Some((label, quoted[at + 1..].strip_prefix('=')?));
        }
    }
    None
}

/// The number before the first `;`, and its unit in UCUM.
fn number_of(text: &str) -> Option<(f64, &'static str)> {
    let number = text.split(';').next()?;
    let end = number
        .find(|letter: char| !(letter.is_ascii_digit() || "+-.,".contains(letter)))
        .unwrap_or(number.len());
    let (digits, unit) = number.split_at(end);
    let value: f64 = digits.replace(',', ".").parse().ok()?;
    let (factor, unit) = match unit {
        "s" => (1.0, "s"),
        "ms" => (1e-3, "s"),
        "us" => (1e-6, "s"),
        "B" => (1.0, "By"),
        "KB" => (1_024.0, "By"),
        "MB" => (1_048_576.0, "By"),
        "GB" => (1_073_741_824.0, "By"),
        "TB" => (1_099_511_627_776.0, "By"),
        "%" => (1.0, "%"),
        _ => (1.0, ""),
    };
    Some((value * factor, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    // CH-01, CH-03: what check_ping, check_disk and check_load print.
    #[test]
    fn numbers_of_plugins_are_read_as_they_are_printed() {
        let printed = Printed::read([
            "PING OK - Packet loss = 0%, RTA = 0.80 ms|percent_packet_loss=0%;20;60 rta=0.80ms;100;500;0",
        ]);
        assert_eq!(printed.message, "PING OK - Packet loss = 0%, RTA = 0.80 ms");
        assert_eq!(
            printed.values,
            [Value::new("percent_packet_loss", 0.0, "%"), Value::new("rta", 0.0008, "s")]
        );
        let printed = Printed::read(["DISK OK | '/srv/it''s'=1024MB;;;0;2048", "second line | load1=0,5;;"]);
        assert_eq!(printed.values[0], Value::new("/srv/it's", 1_073_741_824.0, "By"));
        assert_eq!(printed.values[1], Value::new("load1", 0.5, ""));
        assert_eq!(printed.message, "DISK OK");
    }

    #[test]
    fn lines_of_json_are_numbers() {
        let printed = Printed::read([
            r#"{"name": "queue", "value": 3}"#,
            r#"{"name": "age", "value": 1.5, "unit": "s"}"#,
            "fine",
        ]);
        assert_eq!(printed.values, [Value::new("queue", 3.0, ""), Value::new("age", 1.5, "s")]);
        assert_eq!(printed.message, "fine");
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        for text in ["|", "a|b", "a|=1", "a|'b", "a|b=U;", "a|b=", "a|'b'x=1", "a|b=1e999"] {
            let printed = Printed::read([text]);
            assert!(printed.values.iter().all(|value| value.value.is_finite()), "{text}: {printed:?}");
        }
        assert_eq!(Printed::read(["a|b=U"]).values, []);
        assert_eq!(Printed::read([]), Printed::default());
    }
}
