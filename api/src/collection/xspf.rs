//! XSPF, version 1 (<https://xspf.org/spec>).

use quick_xml::{
    Reader,
    escape::escape,
    events::{BytesRef, Event},
};

use super::tracks::{Track, Unreadable, escaped, line, unescaped};

/// What stands in front of the id of a thing: an identifier is an address.
const ID: &str = "urn:mediary:";
/// Elements within elements: a row has three.
const DEPTH_MAX: usize = 32;

pub(super) fn write(name: &str, tracks: &[Track]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n  \
         <title>{}</title>\n  <trackList>\n",
        escape(line(name))
    );
    for Track { thing, title, location, duration_ms } in tracks {
        text.push_str("    <track>\n");
        let mut add = |name: &str, value: &str| {
            text.extend(["      <", name, ">", &escape(value), "</", name, ">\n"]);
        };
        add("location", &escaped(location));
        if let Some(thing) = thing {
            add("identifier", &format!("{ID}{thing}"));
        }
        add("title", &line(title));
        if let Some(duration_ms) = duration_ms {
            add("duration", &duration_ms.to_string());
        }
        text.push_str("    </track>\n");
    }
    text + "  </trackList>\n</playlist>\n"
}

pub(super) fn read(text: &str) -> Result<Vec<Track>, Unreadable> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut reading = Reading::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => reading.open(tag.name().as_ref())?,
            Ok(Event::Empty(tag)) => {
                reading.open(tag.name().as_ref())?;
                reading.close();
            }
            Ok(Event::End(_)) => reading.close(),
            Ok(Event::Text(text)) => reading.text.push_str(&text),
            Ok(Event::CData(text)) => reading.text.push_str(&text),
            Ok(Event::GeneralRef(name)) => reading.refer(&name),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) => break,
            Err(error) => return Err(Unreadable(format!("it is no XML: {error}"))),
        }
    }
    reading.end()
}

#[derive(Debug, Default)]
struct Reading {
    /// The elements that are open.
    open: Vec<String>,
    is_playlist: bool,
    /// What stands in front of the names of XSPF, if something does; those of others have something else there.
    prefix: String,
    text: String,
    track: Track,
    tracks: Vec<Track>,
}

impl Reading {
    fn open(&mut self, name: &str) -> Result<(), Unreadable> {
        if self.open.is_empty() {
            let (prefix, local) = name.split_at(name.find(':').map_or(0, |colon| colon + 1));
            prefix.clone_into(&mut self.prefix);
            if local != "playlist" {
                return Err(Unreadable(format!("it begins with <{}> and not with <playlist>", line(name))));
            }
            self.is_playlist = true;
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(Unreadable("it has elements within elements without an end".to_owned()));
        }
        self.open.push(name.strip_prefix(&*self.prefix).unwrap_or(name).to_owned());
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) {
        let open: Vec<&str> = self.open.iter().map(String::as_str).collect();
        let text = self.text.trim();
        match open.as_slice() {
            ["playlist", "trackList", "track"] => self.tracks.push(std::mem::take(&mut self.track)),
            // Of several the first one is meant.
            ["playlist", "trackList", "track", "location"] if self.track.location.is_empty() => {
                self.track.location = unescaped(text);
            }
            ["playlist", "trackList", "track", "identifier"] if self.track.thing.is_none() => {
                self.track.thing = text.strip_prefix(ID).and_then(|id| id.parse().ok());
            }
            ["playlist", "trackList", "track", "title"] => self.track.title = text.to_owned(),
            ["playlist", "trackList", "track", "duration"] => self.track.duration_ms = text.parse().ok(),
            _ => {}
        }
        self.open.pop();
        self.text.clear();
    }

    /// What stands for a letter: those of XML itself and numbers; another one is nothing here, and never fetched.
    fn refer(&mut self, name: &BytesRef<'_>) {
        let letter = match &**name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => name.resolve_char_ref().ok().flatten(),
        };
        self.text.extend(letter);
    }

    fn end(self) -> Result<Vec<Track>, Unreadable> {
        if !self.is_playlist || !self.open.is_empty() {
            return Err(Unreadable("it breaks off before its end".to_owned()));
        }
        Ok(self.tracks)
    }
}
