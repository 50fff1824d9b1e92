//! RSS and Atom, element by element.
//!
//! The parser (quick-xml) says where tags and texts are and checks nothing; which element is open is decided here,
//! so that one whose end is missing or wrong costs itself and not the rest: an end closes everything that was
//! opened since its beginning, an end of nothing is none, and what stands directly in an item and nowhere else
//! (`enclosure`, `guid`, the next `item`) closes whatever is still open there.

use std::io::BufRead;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use url::Url;

use super::{
    broken::Broken,
    encoding::Decoded,
    item::Draft,
    mend::Mended,
    names::{Attributes, Space, Spaces},
    reader::{End, Page, next_page},
    rows::Rows,
    sniff::Kind,
    text::{self, Gathered, Markup},
    xml_item::{self, Field},
};

/// Elements within elements beyond these are passed over: no feed has them, and each costs memory.
const DEPTH_MAX: usize = 256;

/// Reads a feed to its end.
pub(super) fn read<R: BufRead>(source: Decoded<R>, kind: Kind, base: Url, rows: &mut Rows<'_>) -> Page {
    let mut parser = Reader::from_reader(Mended::new(source));
    let config = parser.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut reading = Reading::new(kind, base, rows);
    let mut buffer = Vec::new();
    let strange = loop {
        buffer.clear();
        match parser.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => _ = reading.start(&tag),
            Ok(Event::Empty(tag)) => {
                if reading.start(&tag) {
                    reading.close();
                }
            }
            Ok(Event::End(tag)) => reading.end(tag.name().as_ref()),
            Ok(Event::Text(text)) => reading.text(&text),
            Ok(Event::CData(text)) => reading.text(&text),
            Ok(Event::GeneralRef(name)) => reading.reference(&name),
            // Left out by what mends it.
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) => break None,
            Err(error) => break Some(error),
        }
        if reading.is_ended || reading.rows.is_stopped {
            break None;
        }
    };
    let mended = parser.get_ref();
    let line = mended.line();
    let reason = match strange {
        Some(quick_xml::Error::Io(error)) => {
            return Page { end: End::Broken(Broken::unread(line, &error)), next: None };
        }
        Some(_) => Some("this is no XML"),
        None => reading.objection(mended.is_cut()),
    };
    match (reason, reading.next.transpose()) {
        (None, Ok(next)) => Page { end: End::Complete, next },
        (Some(reason), _) | (None, Err(reason)) => {
            Page { end: End::Broken(Broken::damaged(line, reason)), next: None }
        }
    }
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Root,
    Channel,
    Item,
    /// A part of an item that describes its media: `media:group`, `media:content`, `podcast:alternateEnclosure`.
    Media,
    /// Something of which the text is read.
    Field(Field),
    ListTitle,
    /// A description or content, in which any markup may stand.
    Prose,
    /// Where an entry was taken from, with an id and links of its own.
    Source,
    Other,
}

#[derive(Debug)]
struct Frame {
    name: String,
    role: Role,
    /// What addresses in it are joined to, if it says so.
    base: Option<Url>,
    /// How many declarations of namespaces hold around it.
    spaces: usize,
}

struct Reading<'r, 's> {
    kind: Kind,
    base: Url,
    rows: &'r mut Rows<'s>,
    frames: Vec<Frame>,
    spaces: Spaces,
    draft: Option<Draft>,
    gathered: Option<Gathered>,
    title_markup: Markup,
    next: Option<Result<String, &'static str>>,
    is_channel_closed: bool,
    is_ended: bool,
}

impl<'r, 's> Reading<'r, 's> {
    fn new(kind: Kind, base: Url, rows: &'r mut Rows<'s>) -> Self {
        Self {
            kind,
            base,
            rows,
            frames: Vec::new(),
            spaces: Spaces::default(),
            draft: None,
            gathered: None,
            title_markup: Markup::Unknown,
            next: None,
            is_channel_closed: false,
            is_ended: false,
        }
    }

    /// What speaks against having seen all of it.
    fn objection(&self, is_cut: bool) -> Option<&'static str> {
        // Some forget the very last tag.
        let is_whole_channel = self.kind == Kind::Rss && self.is_channel_closed && self.draft.is_none();
        if self.is_ended || (is_whole_channel && !is_cut) {
            return None;
        }
        Some(match (is_cut, self.draft.is_some(), self.frames.is_empty()) {
            (true, _, _) => "it breaks off within a tag or a section",
            (_, true, _) => "it breaks off within an item",
            (_, _, true) => "no feed begins in it",
            _ => "it breaks off before its end",
        })
    }

    /// Whether the element was opened, so that its end closes it.
    fn start(&mut self, tag: &BytesStart<'_>) -> bool {
        let name = tag.name().as_ref().to_ascii_lowercase();
        let attributes = attributes(tag);
        let (space, local) = self.spaces.resolve(&name, &attributes);
        if self.frames.is_empty() && !is_root(space, local) {
            // A warning that somebody's program wrote in front.
            return false;
        }
        self.close_for(space, local);
        if self.frames.len() >= DEPTH_MAX {
            return false;
        }
        let base = attributes.base(Some(self.base()));
        let role = self.role(space, local, &attributes, base.as_ref());
        let spaces = self.spaces.mark();
        self.spaces.enter(&attributes);
        if matches!(role, Role::Field(_) | Role::ListTitle) {
            self.gathered = Some(Gathered::default());
        }
        self.frames.push(Frame { name, role, base, spaces });
        true
    }

    /// Closes what is open by mistake where this element begins.
    fn close_for(&mut self, space: Space, local: &str) {
        if is_item(space, local) {
            let open = self.frames.iter().rposition(|frame| matches!(frame.role, Role::Root | Role::Channel));
            self.close_down_to(open.map_or(0, |at| at + 1));
            return;
        }
        let Some(owner) =
            self.frames.iter().rposition(|frame| matches!(frame.role, Role::Item | Role::Media))
        else {
            return;
        };
        let is_out_of_place = match self.frames.get(owner + 1).map(|frame| frame.role) {
            None | Some(Role::Source) => false,
            Some(Role::Field(_)) => {
                xml_item::is_of_item(space, local) || xml_item::is_only_of_item(space, local)
            }
            Some(_) => xml_item::is_only_of_item(space, local),
        };
        if is_out_of_place {
            self.close_down_to(owner + 1);
        }
    }

    /// What an element is where it stands.
    fn role(&mut self, space: Space, local: &str, attributes: &Attributes, base: Option<&Url>) -> Role {
        match self.frames.last().map(|frame| frame.role) {
            None => Role::Root,
            Some(Role::Root | Role::Channel) => self.role_in_list(space, local, attributes, base),
            Some(Role::Item | Role::Media) => {
                let base = base.or_else(|| self.frames.iter().rev().find_map(|frame| frame.base.as_ref()));
                let base = base.unwrap_or(&self.base);
                let draft = self.draft.get_or_insert_default();
                match xml_item::read(draft, space, local, attributes, base) {
                    xml_item::Part::Text(field, markup) => {
                        self.title_markup = markup;
                        Role::Field(field)
                    }
                    xml_item::Part::Media => Role::Media,
                    xml_item::Part::Prose => Role::Prose,
                    xml_item::Part::Source => Role::Source,
                    xml_item::Part::Other => Role::Other,
                }
            }
            Some(Role::Field(_) | Role::ListTitle | Role::Prose | Role::Source | Role::Other) => Role::Other,
        }
    }

    fn role_in_list(
        &mut self,
        space: Space,
        local: &str,
        attributes: &Attributes,
        base: Option<&Url>,
    ) -> Role {
        if is_item(space, local) {
            let live = (space == Space::Podcast).then(|| xml_item::live_status(attributes.get("status")));
            self.draft = Some(Draft::of(live));
            if let Some(about) = attributes.get("rdf:about") {
                self.draft.get_or_insert_default().permanent_id(about);
            }
            return Role::Item;
        }
        match (space, local) {
            (Space::Core, "channel") => Role::Channel,
            (Space::Core, "title") if self.rows.list.title.is_none() => {
                self.title_markup = xml_item::markup(attributes);
                Role::ListTitle
            }
            (Space::Core, "link") => {
                let is_archive = match attributes.get("rel") {
                    Some("next") => false,
                    Some("prev-archive") => true,
                    _ => return Role::Other,
                };
                // A page that goes on with this one goes before the archive of what is older.
                if let Some(href) = attributes.get("href").filter(|_| !is_archive || self.next.is_none()) {
                    self.next = Some(next_page(href, base.unwrap_or_else(|| self.base())));
                }
                Role::Other
            }
            _ => Role::Other,
        }
    }

    /// What addresses are joined to here.
    fn base(&self) -> &Url {
        self.frames.iter().rev().find_map(|frame| frame.base.as_ref()).unwrap_or(&self.base)
    }

    fn end(&mut self, name: &str) {
        // Some write attributes here, too.
        let name = name.split_ascii_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if let Some(at) = self.frames.iter().rposition(|frame| frame.name == name) {
            self.close_down_to(at);
        }
    }

    fn close_down_to(&mut self, count: usize) {
        while self.frames.len() > count {
            self.close();
        }
    }

    /// Closes the innermost element.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.spaces.leave(frame.spaces);
        match frame.role {
            Role::Root => self.is_ended = true,
            Role::Channel => self.is_channel_closed = true,
            Role::Item => {
                if let Some(draft) = self.draft.take() {
                    self.rows.push(draft);
                }
            }
            Role::Field(field) => {
                let text = self.gathered.take().unwrap_or_default().end();
                let base = self.frames.iter().rev().find_map(|frame| frame.base.as_ref());
                let base = frame.base.as_ref().or(base).unwrap_or(&self.base);
                if let Some(draft) = &mut self.draft {
                    xml_item::take(draft, field, &text, self.title_markup, base);
                }
            }
            Role::ListTitle => {
                let text = self.gathered.take().unwrap_or_default().end();
                self.rows.list.title = text::title(&text, self.title_markup);
            }
            Role::Media | Role::Prose | Role::Source | Role::Other => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(gathered) = &mut self.gathered {
            gathered.push(text);
        }
    }

    fn reference(&mut self, name: &str) {
        if let Some(gathered) = &mut self.gathered {
            gathered.push_reference(name);
        }
    }
}

fn is_root(space: Space, local: &str) -> bool {
    matches!((space, local), (Space::Core, "rss" | "feed" | "channel") | (Space::Rdf, "rdf"))
        || (local == "rdf" && space == Space::Core)
}

fn is_item(space: Space, local: &str) -> bool {
    matches!((space, local), (Space::Core, "item" | "entry") | (Space::Podcast, "liveitem"))
}

/// The attributes as far as they can be read.
fn attributes(tag: &BytesStart<'_>) -> Attributes {
    let mut attributes = tag.html_attributes();
    let read = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .map(|attribute| (attribute.key.as_ref().to_ascii_lowercase(), text::unescaped(&attribute.value)));
    Attributes(read.collect())
}
