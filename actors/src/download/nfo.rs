//! What is known of a film or an episode as Kodi, Jellyfin and Plex read it.

use std::io::{self, Cursor};

use mediary_schema::{
    PlaylistId,
    layout::{LayoutName, Naming, episode},
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

/// What is told beside what a file is named by.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts<'a> {
    /// What it is about.
    pub(super) description: Option<&'a str>,
    /// How long it is, in milliseconds.
    pub(super) duration_ms: u64,
}

const MILLISECONDS_OF_A_MINUTE: u64 = 60_000;

/// A file of an item: of an episode where lists are shows, else of a film by itself.
pub(super) fn of_item(shape: LayoutName, naming: &Naming<'_>, facts: Facts<'_>) -> io::Result<Vec<u8>> {
    let (season, number) = episode(naming.source, naming.published_at);
    let day = naming.published_at.map(|at| at.to_string()[..10].to_owned());
    let minutes = facts.duration_ms.div_ceil(MILLISECONDS_OF_A_MINUTE).to_string();
    let title = naming.title.unwrap_or(&naming.source.source_id);
    let mut fields: Vec<(&str, String)> = vec![("title", title.to_owned())];
    let mut add = |name, text: Option<String>| fields.extend(text.map(|text| (name, text)));
    let is_episode = shape == LayoutName::Plex;
    if is_episode {
        add("showtitle", naming.list.map(str::to_owned));
        add("season", Some(season.to_string()));
        add("episode", number.map(|number| number.to_string()));
    }
    add("plot", facts.description.map(str::to_owned));
    add(if is_episode { "aired" } else { "premiered" }, day);
    add("runtime", Some(minutes));
    add("studio", naming.uploader.map(str::to_owned));
    let root = if is_episode { "episodedetails" } else { "movie" };
    written(root, &fields, &naming.source.extractor, &naming.source.source_id)
}

/// A file of a list that is a show.
pub(super) fn of_show(title: &str, playlist_id: PlaylistId) -> io::Result<Vec<u8>> {
    written("tvshow", &[("title", title.to_owned())], "mediary", &playlist_id.to_string())
}

fn written(root: &str, fields: &[(&str, String)], id_type: &str, id: &str) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Cursor::new(Vec::new()), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))))?;
    writer.create_element(root).write_inner_content(|writer| {
        for (name, text) in fields {
            writer.create_element(*name).write_text_content(BytesText::new(&plain(text)))?;
        }
        let unique = writer.create_element("uniqueid");
        let unique = unique.with_attributes([("type", plain(id_type).as_str()), ("default", "true")]);
        unique.write_text_content(BytesText::new(&plain(id)))?;
        Ok(())
    })?;
    let mut bytes = writer.into_inner().into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// What XML can say: there are letters that no escape makes valid.
fn plain(text: &str) -> String {
    let is_valid = |letter: &char| matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    text.chars().filter(is_valid).collect()
}

#[cfg(test)]
mod tests {
    use mediary_schema::{Timestamp, item::ItemSource};

    use super::*;

    #[test]
    fn whatever_a_source_says_makes_a_file_that_is_read_back() {
        let source =
            ItemSource { extractor: "you<tube".to_owned(), source_id: "a&b".to_owned(), url: String::new() };
        let published_at: Timestamp = "2025-11-28T23:30:00Z".parse().unwrap();
        let naming = Naming {
            list: Some("Cats & dogs"),
            title: Some("1 < 2 \u{0}\u{1b}]]> \"end\""),
            source: &source,
            uploader: Some("Ann"),
            published_at: Some(published_at),
        };
        let facts = Facts { description: Some("first\nsecond"), duration_ms: 61_000 };
        let text = String::from_utf8(of_item(LayoutName::Plex, &naming, facts).unwrap()).unwrap();
        let (_, number) = episode(&source, Some(published_at));
        let expected = [
            ("title", "1 < 2 ]]> \"end\"".to_owned()),
            ("showtitle", "Cats & dogs".to_owned()),
            ("season", "2025".to_owned()),
            ("episode", number.unwrap().to_string()),
            ("plot", "first\nsecond".to_owned()),
            ("aired", "2025-11-28".to_owned()),
            ("runtime", "2".to_owned()),
            ("studio", "Ann".to_owned()),
            ("uniqueid", "a&b".to_owned()),
        ];
        assert_eq!(
            read(&text),
            ("episodedetails".to_owned(), expected.map(|(name, text)| (name.to_owned(), text)).to_vec())
        );
        let film = String::from_utf8(of_item(LayoutName::Plain, &naming, Facts::default()).unwrap()).unwrap();
        let (root, fields) = read(&film);
        assert_eq!(root, "movie");
        assert!(fields.iter().all(|(name, _)| name != "season" && name != "plot"), "{film}");
        assert!(number.unwrap() / 100 == 1128, "the month and the day: {number:?}");
    }

    /// The name of the root, and each field with its text.
    fn read(text: &str) -> (String, Vec<(String, String)>) {
        let mut reader = quick_xml::Reader::from_str(text);
        let (mut names, mut fields, mut own) = (Vec::new(), Vec::new(), String::new());
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(tag) => {
                    names.push(tag.name().as_ref().to_owned());
                    own.clear();
                }
                Event::Text(part) => own.push_str(&part),
                Event::GeneralRef(part) => {
                    let entity = format!("&{};", &*part);
                    own.push_str(&quick_xml::escape::unescape(&entity).unwrap());
                }
                Event::End(tag) if names.len() == 2 && tag.name().as_ref() == names[1] => {
                    fields.push((names.pop().unwrap(), std::mem::take(&mut own)));
                }
                _ => {}
            }
        }
        (names.remove(0), fields)
    }
}
