use mediary_events::playlist::{Command, Playlist};
use mediary_schema::PlaylistId;

use super::{PlaylistView, playlists};
use crate::{page::PageRequest, tests::support::Bench};

#[test]
fn a_followed_list_is_shown_and_an_unfollowed_one_is_not() {
    let bench = Bench::new();
    let url = url::Url::parse("http://example.org/feed").unwrap();
    let id = PlaylistId::from_url(&url).uuid();
    bench.command::<Playlist>(id, &Command::Follow { url: url.into() });
    let shown =
        |bench: &Bench| bench.rows::<PlaylistView>().read(|rows| playlists(rows, PageRequest::front(10)));
    assert_eq!(shown(&bench).rows.len(), 1);
    bench.command::<Playlist>(id, &Command::Unfollow);
    assert_eq!((shown(&bench).rows.len(), shown(&bench).total), (0, 0));
}
