use proptest::prelude::*;

use crate::{
    job::{JobField, JobFilter},
    listing::{Order, OrderField as _},
    page::{Cursor, PAGE_MAX, PageRequest, Rank},
};

proptest! {
    #[test]
    fn a_cursor_is_read_as_it_was_written(number: i64, text: String, key: i64) {
        for rank in [Rank::Number(number), Rank::Text(text)] {
            let cursor = Cursor { by: "title".to_owned(), rank, key };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }
}

#[test]
fn what_is_no_cursor_is_refused_with_a_hint() {
    for text in ["", "1", "1.2", "key.1", "key.1.", "key.a.1", "key.1.a", "key.1.9223372036854775808"] {
        let error = text.parse::<Cursor>().unwrap_err();
        assert_eq!(error.to_string(), format!("{text:?} is not a cursor; pass one that a page answered"));
    }
}

#[test]
fn a_page_has_a_largest_size() {
    assert_eq!(PageRequest::front(u32::MAX).limit(), i64::from(PAGE_MAX) + 1);
}

#[test]
fn a_cursor_is_a_place_in_one_order() {
    let JobFilter { order, .. } = JobFilter::default();
    let of = |text: &str| PageRequest::front(1).before(Some(text.parse().unwrap()));
    assert_eq!(of("key.3.3").of_another_order(order.field.by()), None);
    let changed = Order { field: JobField::ChangedAt, descending: true }.field.by();
    for other in ["key.3.3", "changed.3.=a"] {
        assert_eq!(of(other).of_another_order(changed).unwrap().to_string(), other);
    }
}
