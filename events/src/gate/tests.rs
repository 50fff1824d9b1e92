//! The gate before a real log.

use mediary_schema::{PlaylistId, account::Role};
use tempfile::TempDir;

use crate::{
    playlist::{self, Playlist},
    testing,
};

const LIST: PlaylistId = PlaylistId::UNLISTED;

fn follow() -> playlist::Command {
    playlist::Command::Follow { url: "http://example.org/feed".to_owned() }
}

#[tokio::test]
async fn a_repeated_command_appends_nothing() {
    let folder = TempDir::new().unwrap();
    let gate = testing::gate(folder.path()).unwrap();
    let first =
        gate.execute::<Playlist>(testing::person(Role::Editor, 1), LIST.uuid(), follow()).await.unwrap();
    let again =
        gate.execute::<Playlist>(testing::person(Role::Editor, 1), LIST.uuid(), follow()).await.unwrap();
    assert_eq!((first.position, first.repeated), (1, false));
    assert_eq!((again.position, again.repeated), (1, true));
    assert_eq!(gate.log().head().position, 1);
}
