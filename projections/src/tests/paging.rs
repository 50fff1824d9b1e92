use proptest::prelude::*;

use crate::page::{Cursor, PAGE_MAX, PageRequest};

proptest! {
    #[test]
    fn a_cursor_is_read_as_it_was_written(rank: i64, key: i64) {
        let cursor = Cursor { rank, key };
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }
}

#[test]
fn what_is_no_cursor_is_refused_with_a_hint() {
    for text in ["", "1", "1.", ".1", "1.2.3", "a.b", "9223372036854775808.0"] {
        let error = text.parse::<Cursor>().unwrap_err();
        assert_eq!(error.to_string(), format!("{text:?} is not a cursor; pass one that a page answered"));
    }
}

#[test]
fn a_page_has_a_largest_size() {
    assert_eq!(PageRequest::front(u32::MAX).limit(), i64::from(PAGE_MAX) + 1);
}
