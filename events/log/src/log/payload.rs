//! Codec 1: MessagePack that says no more than JSON can, and how a bundle spells it in JSON.
//!
//! There is one spelling, and none of it is left to a library: nil, booleans, whole numbers in decimal, other numbers
//! as ECMAScript prints them, texts with the shortest escapes, arrays, and maps with their keys in the order of the bytes.

/// Deeper than any payload of ours, and shallow enough for every reader's stack.
pub(super) const NESTING_MAX: u32 = 64;

/// Why bytes are not of codec 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PayloadFault {
    #[error("its payload ends too early")]
    TooShort,
    #[error("bytes follow the end of its payload")]
    TooLong,
    #[error("its payload holds what JSON has no word for")]
    NotJson,
    #[error("a text of its payload is not UTF-8")]
    NotText,
    #[error("a key of its payload is no text, or stands twice")]
    BadKey,
    #[error("its payload is nested deeper than {NESTING_MAX}")]
    TooDeep,
}

/// Whether bytes are of codec 1.
pub(super) fn check(payload: &[u8]) -> Result<(), PayloadFault> {
    read(payload, &mut Nowhere)
}

/// Writes a payload as a bundle spells it.
pub(super) fn write_json(payload: &[u8], out: &mut Vec<u8>) -> Result<(), PayloadFault> {
    read(payload, out)
}

/// Where the spelling goes.
trait Sink {
    fn raw(&mut self, bytes: &[u8]);
    fn text(&mut self, text: &str);
    fn whole(&mut self, number: i128);
    fn number(&mut self, number: f64);
}

/// For those who only want to know whether there is one.
struct Nowhere;

impl Sink for Nowhere {
    fn raw(&mut self, _: &[u8]) {}
    fn text(&mut self, _: &str) {}
    fn whole(&mut self, _: i128) {}
    fn number(&mut self, _: f64) {}
}

impl Sink for Vec<u8> {
    fn raw(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => self.extend_from_slice(&[b'\\', byte]),
                0x08 => self.extend_from_slice(b"\\b"),
                0x09 => self.extend_from_slice(b"\\t"),
                0x0a => self.extend_from_slice(b"\\n"),
                0x0c => self.extend_from_slice(b"\\f"),
                0x0d => self.extend_from_slice(b"\\r"),
                0x00..0x20 => {
                    self.extend_from_slice(b"\\u00");
                    self.push(DIGITS[usize::from(byte >> 4)]);
                    self.push(DIGITS[usize::from(byte & 15)]);
                }
                _ => self.push(byte),
            }
        }
        self.push(b'"');
    }

    fn whole(&mut self, number: i128) {
        self.extend_from_slice(number.to_string().as_bytes());
    }

    fn number(&mut self, number: f64) {
        self.extend_from_slice(ecmascript(number).as_bytes());
    }
}

/// A finite number as ECMAScript's `Number::toString` prints it, which RFC 8785 takes for JSON.
fn ecmascript(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    // The shortest digits that are read back as the same number.
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').expect("a number has an exponent in this form");
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let sign = if number < 0.0 { "-" } else { "" };
    let (count, point) = (digits.len() as i32, exponent + 1);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if count <= point && point <= 21 {
        return format!("{sign}{digits}{}", zeros(point - count));
    }
    if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(point as usize);
        return format!("{sign}{whole}.{rest}");
    }
    if (-5..=0).contains(&point) {
        return format!("{sign}0.{}{digits}", zeros(-point));
    }
    let (first, rest) = digits.split_at(1);
    let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
    format!("{sign}{first}{rest}e{exponent:+}")
}

fn read(payload: &[u8], out: &mut impl Sink) -> Result<(), PayloadFault> {
    let mut rest = payload;
    value(&mut rest, 0, out)?;
    if rest.is_empty() { Ok(()) } else { Err(PayloadFault::TooLong) }
}

fn value(rest: &mut &[u8], depth: u32, out: &mut impl Sink) -> Result<(), PayloadFault> {
    let [marker] = take(rest)?;
    match marker {
        0x00..=0x7f => out.whole(marker.into()),
        0x80..=0x8f => return map(rest, (marker & 0x0f).into(), depth, out),
        0x90..=0x9f => return array(rest, (marker & 0x0f).into(), depth, out),
        0xa0..=0xbf => out.text(text(rest, (marker & 0x1f).into())?),
        0xc0 => out.raw(b"null"),
        0xc2 => out.raw(b"false"),
        0xc3 => out.raw(b"true"),
        0xca => number(f32::from_be_bytes(take(rest)?).into(), out)?,
        0xcb => number(f64::from_be_bytes(take(rest)?), out)?,
        0xcc => out.whole(u8::from_be_bytes(take(rest)?).into()),
        0xcd => out.whole(u16::from_be_bytes(take(rest)?).into()),
        0xce => out.whole(u32::from_be_bytes(take(rest)?).into()),
        0xcf => out.whole(u64::from_be_bytes(take(rest)?).into()),
        0xd0 => out.whole(i8::from_be_bytes(take(rest)?).into()),
        0xd1 => out.whole(i16::from_be_bytes(take(rest)?).into()),
        0xd2 => out.whole(i32::from_be_bytes(take(rest)?).into()),
        0xd3 => out.whole(i64::from_be_bytes(take(rest)?).into()),
        0xd9..=0xdb => {
            let len = long_len(marker - 0xd9, rest)?;
            out.text(text(rest, len)?);
        }
        0xdc | 0xdd => {
            let len = long_len(marker - 0xdc + 1, rest)?;
            return array(rest, len, depth, out);
        }
        0xde | 0xdf => {
            let len = long_len(marker - 0xde + 1, rest)?;
            return map(rest, len, depth, out);
        }
        // Bytes, extension types, and the one marker that is never used.
        0xc1 | 0xc4..=0xc9 | 0xd4..=0xd8 => return Err(PayloadFault::NotJson),
        0xe0..=0xff => out.whole(i8::from_be_bytes([marker]).into()),
    }
    Ok(())
}

fn number(number: f64, out: &mut impl Sink) -> Result<(), PayloadFault> {
    if !number.is_finite() {
        return Err(PayloadFault::NotJson);
    }
    out.number(number);
    Ok(())
}

fn array(rest: &mut &[u8], len: u32, depth: u32, out: &mut impl Sink) -> Result<(), PayloadFault> {
    let depth = deeper(depth)?;
    out.raw(b"[");
    for index in 0..len {
        if index > 0 {
            out.raw(b",");
        }
        value(rest, depth, out)?;
    }
    out.raw(b"]");
    Ok(())
}

fn map(rest: &mut &[u8], len: u32, depth: u32, out: &mut impl Sink) -> Result<(), PayloadFault> {
    let depth = deeper(depth)?;
    // Not so many at once as the length says: it may be a lie.
    let mut keys: Vec<&str> = Vec::with_capacity(len.min(32) as usize);
    out.raw(b"{");
    for index in 0..len {
        if index > 0 {
            out.raw(b",");
        }
        let key = key(rest)?;
        keys.push(key);
        out.text(key);
        out.raw(b":");
        value(rest, depth, out)?;
    }
    out.raw(b"}");
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) { Err(PayloadFault::BadKey) } else { Ok(()) }
}

fn key<'a>(rest: &mut &'a [u8]) -> Result<&'a str, PayloadFault> {
    let [marker] = take(rest)?;
    let len = match marker {
        0xa0..=0xbf => (marker & 0x1f).into(),
        0xd9..=0xdb => long_len(marker - 0xd9, rest)?,
        _ => return Err(PayloadFault::BadKey),
    };
    text(rest, len)
}

fn deeper(depth: u32) -> Result<u32, PayloadFault> {
    if depth == NESTING_MAX { Err(PayloadFault::TooDeep) } else { Ok(depth + 1) }
}

/// A length of one, two or four bytes.
fn long_len(width: u8, rest: &mut &[u8]) -> Result<u32, PayloadFault> {
    Ok(match width {
        0 => u8::from_be_bytes(take(rest)?).into(),
        1 => u16::from_be_bytes(take(rest)?).into(),
        _ => u32::from_be_bytes(take(rest)?),
    })
}

fn text<'a>(rest: &mut &'a [u8], len: u32) -> Result<&'a str, PayloadFault> {
    let (text, after) = rest.split_at_checked(len as usize).ok_or(PayloadFault::TooShort)?;
    *rest = after;
    std::str::from_utf8(text).map_err(|_| PayloadFault::NotText)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], PayloadFault> {
    let (bytes, after) = rest.split_first_chunk::<N>().ok_or(PayloadFault::TooShort)?;
    *rest = after;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{NESTING_MAX, PayloadFault, check, ecmascript, write_json};

    fn spelled(payload: &[u8]) -> Result<String, PayloadFault> {
        let mut out = Vec::new();
        write_json(payload, &mut out)?;
        assert_eq!(check(payload), Ok(()));
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_are_spelled_as_ecmascript_prints_them() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1.5e300, "1.5e+300"),
            (0.000_001, "0.000001"),
            (0.000_000_1, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (12_345.678, "12345.678"),
        ];
        for (number, text) in cases {
            assert_eq!(ecmascript(number), text);
        }
    }

    #[test]
    fn a_payload_has_one_spelling() {
        let payload = rmp_serde::to_vec(&json!({
            "text": "\u{1}\"\\/\u{8}\t\n\u{c}\r\u{1f}\u{7f}é\u{2028}😀",
            "numbers": [0, 127, 128, 65536, 5_000_000_000_u64, u64::MAX, -1, -33, -40000, i64::MIN, 1.5],
            "rest": [null, true, false, [], {}],
        }))
        .unwrap();
        let text = spelled(&payload).unwrap();
        assert!(text.contains(r#""\u0001\"\\/\b\t\n\f\r\u001f"#), "{text}");
        assert!(
            text.contains(
                "[0,127,128,65536,5000000000,18446744073709551615,-1,-33,-40000,-9223372036854775808,1.5]"
            ),
            "{text}"
        );
        assert!(text.contains("[null,true,false,[],{}]"), "{text}");
        // Keys stand in the order of the bytes, whatever a map of JSON would make of them.
        assert_eq!(spelled(b"\x82\xa1z\x01\xa1a\xca\x3f\xc0\x00\x00").unwrap(), r#"{"z":1,"a":1.5}"#);
    }

    #[test]
    fn what_json_can_not_say_is_no_payload() {
        let cases: [(&[u8], PayloadFault); 13] = [
            (b"", PayloadFault::TooShort),
            (b"\xa5abc", PayloadFault::TooShort),
            (b"\xdf\xff\xff\xff\xff", PayloadFault::TooShort),
            (b"\xc0\xc0", PayloadFault::TooLong),
            (b"\xc1", PayloadFault::NotJson),
            (b"\xc4\x01a", PayloadFault::NotJson),
            (b"\xd4\x01a", PayloadFault::NotJson),
            (b"\xca\x7f\xc0\x00\x00", PayloadFault::NotJson),
            (b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", PayloadFault::NotJson),
            (b"\xa2\xff\xfe", PayloadFault::NotText),
            (b"\x81\x01\x01", PayloadFault::BadKey),
            (b"\x82\xa1a\x01\xa1a\x02", PayloadFault::BadKey),
            (b"\x82\xa1a\x01\xd9\x01a\x02", PayloadFault::BadKey),
        ];
        for (payload, fault) in cases {
            assert_eq!(spelled(payload), Err(fault), "{payload:02x?}");
        }
        let nested = |depth: u32| [vec![0x91; depth as usize], vec![0xc0]].concat();
        assert!(spelled(&nested(NESTING_MAX)).is_ok());
        assert_eq!(spelled(&nested(NESTING_MAX + 1)), Err(PayloadFault::TooDeep));
    }

    proptest! {
        #[test]
        fn a_spelling_says_what_the_bytes_say(text in ".*", whole in any::<i64>(), number in any::<f64>(), flag in any::<bool>()) {
            prop_assume!(number.is_finite());
            let said = json!({"text": text, "whole": whole, "number": number, "list": [flag, null]});
            let spelled = spelled(&rmp_serde::to_vec(&said).unwrap()).unwrap();
            let read: Value = serde_json::from_str(&spelled).unwrap();
            prop_assert_eq!(&read["text"], &said["text"]);
            prop_assert_eq!(&read["whole"], &said["whole"]);
            prop_assert_eq!(&read["list"], &said["list"]);
            let again: f64 = ecmascript(number).parse().unwrap();
            prop_assert_eq!(again.abs().to_bits(), number.abs().to_bits());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _refused_or_not = check(&bytes);
        }
    }
}
