use mediary_schema::Timestamp;

/// Seconds since 1970: this program can't have been made before. A package says it by `SOURCE_DATE_EPOCH`, as
/// reproducible builds do; else it is when this line was last moved forward.
const BUILT_S: &str = match option_env!("SOURCE_DATE_EPOCH") {
    Some(seconds) => seconds,
    None => "1795564800",
};

/// The time before which the clock can't be right.
pub(super) fn not_before() -> Option<Timestamp> {
    let seconds: i64 = BUILT_S.parse().ok()?;
    Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_knows_since_when_it_can_be_there() {
        let known = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        assert!(not_before().unwrap() > known);
    }
}
