//! M3U in UTF-8, with the lines that players agree on.

use super::tracks::{Track, line, unescaped};

/// What stands in front of the id of a thing: to a player it is a remark.
const ID: &str = "#MEDIARY-ID:";
const NAME: &str = "#PLAYLIST:";
const INFO: &str = "#EXTINF:";

pub(super) fn write(name: &str, tracks: &[Track]) -> String {
    let mut text = format!("#EXTM3U\n{NAME}{}\n", line(name));
    for Track { thing, title, location, duration_ms } in tracks {
        // Players know no length by -1.
        let seconds = duration_ms.map_or_else(|| "-1".to_owned(), |ms| ms.div_ceil(1_000).to_string());
        text.extend([INFO, &seconds, ",", &line(title), "\n"]);
        if let Some(thing) = thing {
            text.extend([ID, &thing.to_string(), "\n"]);
        }
        let is_remark = location.starts_with('#');
        text.extend([if is_remark { "./" } else { "" }, location, "\n"]);
    }
    text
}

pub(super) fn read(text: &str) -> Vec<Track> {
    let mut tracks = Vec::new();
    let mut next = Track::default();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(info) = line.strip_prefix(INFO) {
            let (seconds, title) = info.split_once(',').unwrap_or((info, ""));
            // Behind the length some write more of it.
            let seconds = seconds.split_whitespace().next().and_then(|seconds| seconds.parse::<u64>().ok());
            next.duration_ms = seconds.map(|seconds| seconds.saturating_mul(1_000));
            title.trim().clone_into(&mut next.title);
        } else if let Some(id) = line.strip_prefix(ID) {
            next.thing = id.trim().parse().ok();
        } else if !line.starts_with('#') {
            let is_address = line.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
            next.location = if is_address { unescaped(line) } else { line.to_owned() };
            tracks.push(std::mem::take(&mut next));
        }
    }
    tracks
}
