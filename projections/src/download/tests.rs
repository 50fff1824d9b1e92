use super::DownloadView;
use crate::{page::PageRequest, tests::support::Bench};

#[test]
fn an_empty_log_shows_no_rows() {
    let page =
        Bench::new().rows::<DownloadView>().read(|rows| super::downloads(rows, PageRequest::front(10)));
    assert_eq!((page.rows.len(), page.has_next, page.total), (0, false, 0));
}
