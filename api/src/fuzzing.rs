//! What reads bytes of others, as a fuzzer calls it: it takes any bytes, and panics where something does not hold.

use crate::collection::Format;

/// Files of playlists: what was read of one and is written is read as that again.
pub fn list(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for format in [Format::M3u8, Format::Xspf] {
        let Ok(mut tracks) = format.read(&text) else { continue };
        tracks.retain(|track| format.can_write(&track.location) && !track.location.contains("://"));
        let written = format.write("list", &tracks);
        let found = format.read(&written).unwrap_or_else(|bad| panic!("{bad:?} of {written:?}"));
        let (found, known): (Vec<_>, Vec<_>) =
            found.into_iter().zip(&tracks).map(|(found, known)| (found.thing, known.thing.clone())).unzip();
        assert_eq!((found.len(), found), (tracks.len(), known), "{written:?}");
    }
}
