//! JSON Feed 1.0 and 1.1, item by item.

use std::io::BufRead;

use serde::de::{DeserializeSeed as _, Error as _, IgnoredAny, MapAccess, SeqAccess};
use url::Url;

use super::{
    broken::Broken,
    duration,
    encoding::Decoded,
    item::{Draft, Title},
    json_mend::Mended,
    loose::{Parts, Text, Value},
    media::{self, Described, Place},
    reader::{End, Page, next_page},
    rows::Rows,
    text::{self, Markup},
};

/// Reads a feed to its end.
pub(super) fn read<R: BufRead>(source: Decoded<R>, base: &Url, rows: &mut Rows<'_>) -> Page {
    let mut parser = serde_json::Deserializer::from_reader(Mended::new(source));
    let feed = Feed { base, rows, next: None, has_items: false };
    let feed = match Value(feed).deserialize(&mut parser) {
        Ok(feed) => feed,
        Err(error) => return Page { end: end(&error), next: None },
    };
    let damaged = |reason: &str| Page { end: End::Broken(Broken::damaged(1, reason)), next: None };
    if !feed.has_items {
        return damaged("it has no list of items");
    }
    match feed.next.map(|given| next_page(&given, base)).transpose() {
        Ok(next) => Page { end: End::Complete, next },
        Err(reason) => damaged(reason),
    }
}

fn end(error: &serde_json::Error) -> End {
    let line = error.line().max(1) as u64;
    if let Some(kind) = error.io_error_kind() {
        return End::Broken(Broken::unread(line, &kind.into()));
    }
    let reason = if error.is_eof() { "it breaks off" } else { "this is no JSON" };
    End::Broken(Broken::damaged(line, reason))
}

/// The feed itself.
struct Feed<'f, 's> {
    base: &'f Url,
    rows: &'f mut Rows<'s>,
    next: Option<String>,
    has_items: bool,
}

impl<'de> Parts<'de> for Feed<'_, '_> {
    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = object.next_key()? {
            match key.as_deref() {
                Some("title") => {
                    let title = object.next_value::<Text>()?.0;
                    self.rows.list.title = title.and_then(|title| text::title(&title, Markup::Unknown));
                }
                Some("next_url") => {
                    self.next = object.next_value::<Text>()?.0.filter(|url| !url.trim().is_empty());
                }
                Some("items") => {
                    let items = Items { base: self.base, rows: self.rows, is_list: false };
                    self.has_items |= object.next_value_seed(Value(items))?.is_list;
                }
                _ => pass(&mut object)?,
            }
        }
        Ok(())
    }
}

struct Items<'f, 's> {
    base: &'f Url,
    rows: &'f mut Rows<'s>,
    is_list: bool,
}

impl<'de> Parts<'de> for Items<'_, '_> {
    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        self.is_list = true;
        let item = || Item { base: self.base, draft: Draft::default(), is_object: false };
        while let Some(item) = list.next_element_seed(Value(item()))? {
            if item.is_object {
                self.rows.push(item.draft);
            } else {
                self.rows.push_strange();
            }
            if self.rows.is_stopped {
                return Err(A::Error::custom("nobody listens any more"));
            }
        }
        Ok(())
    }
}

struct Item<'f> {
    base: &'f Url,
    draft: Draft,
    is_object: bool,
}

impl<'de> Parts<'de> for Item<'_> {
    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        self.is_object = true;
        let base = Some(self.base);
        while let Some(Text(key)) = object.next_key()? {
            let mut text = || object.next_value::<Text>().map(|text| text.0.unwrap_or_default());
            match key.as_deref() {
                Some("id") => self.draft.permanent_id(&text()?),
                Some("title") => self.draft.title(Title::Own, &text()?, Markup::Unknown),
                Some("date_published") => self.draft.published(&text()?),
                Some("url") => self.draft.media.add_page(media::Page::Link, &text()?, base),
                Some("external_url") => self.draft.media.add_page(media::Page::OtherLink, &text()?, base),
                Some("attachments") => {
                    object.next_value_seed(Value(Attachments { base: self.base, draft: &mut self.draft }))?;
                }
                _ => pass(&mut object)?,
            }
        }
        Ok(())
    }
}

struct Attachments<'f> {
    base: &'f Url,
    draft: &'f mut Draft,
}

impl<'de> Parts<'de> for Attachments<'_> {
    fn list<A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(one) = list.next_element_seed(Value(Attachment::default()))? {
            self.draft.media.add(Place::Enclosure, &one.url, Some(self.base), one.described);
        }
        Ok(())
    }

    /// One attachment where a list of them should be.
    fn object<A: MapAccess<'de>>(&mut self, object: A) -> Result<(), A::Error> {
        let mut one = Attachment::default();
        one.object(object)?;
        self.draft.media.add(Place::Enclosure, &one.url, Some(self.base), one.described);
        Ok(())
    }
}

#[derive(Default)]
struct Attachment {
    url: String,
    described: Described,
}

impl<'de> Parts<'de> for Attachment {
    fn object<A: MapAccess<'de>>(&mut self, mut object: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = object.next_key()? {
            match key.as_deref() {
                Some("url") => self.url = object.next_value::<Text>()?.0.unwrap_or_default(),
                Some("mime_type") => self.described.mime = object.next_value::<Text>()?.0,
                Some("duration_in_seconds") => {
                    let seconds = object.next_value::<Text>()?.number();
                    self.described.duration_ms = seconds.and_then(duration::of_seconds);
                }
                _ => pass(&mut object)?,
            }
        }
        Ok(())
    }
}

fn pass<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    object.next_value::<IgnoredAny>().map(|_| ())
}
