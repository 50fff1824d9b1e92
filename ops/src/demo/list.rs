//! Lists that change: runs of generated items, so that length costs no memory.

mod handle;

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, header};
use mediary_schema::playlist::{Availability, LiveStatus};

pub use handle::ListHandle;

use super::{
    error::{Error, Result},
    item::{self, Item, Oddity},
    recipe::ClipSize,
};

/// What a new list is like.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// Its title.
    pub title: String,
    /// How many items it starts with.
    pub len: u32,
    /// How large their files are.
    pub size: ClipSize,
}

impl ListOptions {
    /// A list of items with small files.
    pub fn new(title: impl Into<String>, len: u32) -> Self {
        Self { title: title.into(), len, size: ClipSize::Small }
    }

    /// The same with files of some megabytes.
    #[must_use]
    pub const fn large(mut self) -> Self {
        self.size = ClipSize::Large;
        self
    }
}

/// How a list holds others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// With their rows, each counted from 1.
    WithRows,
    /// As addresses.
    ByAddress,
}

impl Nesting {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::WithRows => "with_rows",
            Self::ByAddress => "by_address",
        }
    }
}

/// Neighbours that were made in one go: the items `first..first + len`, perhaps back to front.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: u32,
    len: u32,
    reversed: bool,
}

impl Run {
    fn serial(self, offset: u32) -> u32 {
        if self.reversed { self.first + (self.len - 1 - offset) } else { self.first + offset }
    }

    /// Cuts into what comes before and from an offset on.
    fn split(self, offset: u32) -> (Self, Self) {
        let rest = self.len - offset;
        let (head_first, rest_first) =
            if self.reversed { (self.first + rest, self.first) } else { (self.first, self.first + offset) };
        (Self { first: head_first, len: offset, ..self }, Self { first: rest_first, len: rest, ..self })
    }
}

/// What differs from the generated item.
#[derive(Debug, Default)]
struct Change {
    title: Option<String>,
    availability: Availability,
    live_status: LiveStatus,
    oddity: Option<Oddity>,
}

#[derive(Debug)]
struct List {
    name: String,
    title: String,
    size: ClipSize,
    runs: Vec<Run>,
    /// The highest serial ever given; serials aren't used again.
    issued: u32,
    changes: BTreeMap<u32, Change>,
    /// Lists that it holds instead of items, and how.
    lists: Vec<String>,
    nesting: Nesting,
    /// What each request has to send as a cookie, if anything.
    cookie: Option<String>,
    /// As whom each request has to be made, if as somebody: what `Authorization` says then.
    login: Option<String>,
}

impl List {
    /// Whether who sends these headers says the name and the password that are wanted, if they are.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        self.login.as_deref().is_none_or(|login| said == Some(login))
    }

    /// Whether who sends these headers has the cookie that is wanted, if one is.
    fn recognises(&self, headers: &HeaderMap) -> bool {
        let sent = || headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let has = |wanted: &str| sent().any(|sent| sent.split(';').any(|one| one.trim() == wanted));
        self.cookie.as_deref().is_none_or(has)
    }

    fn new(name: &str, options: ListOptions) -> Self {
        let ListOptions { title, len, size } = options;
        let mut list = Self {
            name: name.to_owned(),
            title,
            size,
            runs: vec![],
            issued: 0,
            changes: BTreeMap::new(),
            lists: vec![],
            nesting: Nesting::WithRows,
            cookie: None,
            login: None,
        };
        list.insert_new(0, len);
        list
    }

    fn len(&self) -> usize {
        self.runs.iter().map(|run| run.len as usize).sum()
    }

    fn insert_new(&mut self, index: usize, count: u32) {
        let run = Run { first: self.issued + 1, len: count, reversed: false };
        self.issued += count;
        self.insert(index, [run]);
    }

    /// Cuts the runs so that one starts at an index, and says which.
    fn cut(&mut self, index: usize) -> usize {
        let mut start = 0;
        for place in 0..self.runs.len() {
            let run = self.runs[place];
            if index == start {
                return place;
            }
            if index < start + run.len as usize {
                let (head, rest) = run.split((index - start) as u32);
                self.runs.splice(place..=place, [head, rest]);
                return place + 1;
            }
            start += run.len as usize;
        }
        self.runs.len()
    }

    fn insert(&mut self, index: usize, runs: impl IntoIterator<Item = Run>) {
        let place = self.cut(index);
        self.runs.splice(place..place, runs.into_iter().filter(|run| run.len > 0));
    }

    fn remove(&mut self, range: Range<usize>) -> Vec<Run> {
        let from = self.cut(range.start);
        let to = self.cut(range.end);
        self.runs.drain(from..to).collect()
    }

    fn reverse(&mut self) {
        self.runs.reverse();
        for run in &mut self.runs {
            run.reversed = !run.reversed;
        }
    }

    fn serials(&self, range: Range<usize>) -> Vec<u32> {
        let mut serials = Vec::with_capacity(range.len().min(self.len()));
        let mut start = 0;
        for run in &self.runs {
            let end = start + run.len as usize;
            let wanted = range.start.max(start)..range.end.min(end);
            serials.extend(wanted.map(|index| run.serial((index - start) as u32)));
            start = end;
        }
        serials
    }

    fn item(&self, serial: u32) -> Option<Item> {
        if serial == 0 || serial > self.issued {
            return None;
        }
        let mut item = Item::new(&self.name, serial, self.size);
        if let Some(change) = self.changes.get(&serial) {
            item.availability = change.availability;
            (item.live_status, item.oddity) = (change.live_status, change.oddity);
            if let Some(title) = &change.title {
                item.title.clone_from(title);
            }
        }
        Some(item)
    }

    fn serial_at(&self, index: usize) -> Result<u32> {
        let missing = || Error::NoEntry { list: self.name.clone(), index, len: self.len() };
        self.serials(index..index + 1).first().copied().ok_or_else(missing)
    }

    fn check(&self, range: &Range<usize>) -> Result<()> {
        if range.end <= self.len() {
            return Ok(());
        }
        Err(Error::NoEntry { list: self.name.clone(), index: range.end - 1, len: self.len() })
    }
}

/// A part of a list as one refresh sees it.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) title: String,
    pub(super) total: usize,
    pub(super) items: Vec<Item>,
    pub(super) lists: Vec<String>,
    pub(super) nesting: Nesting,
}

/// All lists of a site.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists(Arc<Mutex<BTreeMap<String, List>>>);

impl Lists {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, List>> {
        // Every change is complete before anything that could panic: a poisoned map is still sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a list, replacing one of that name.
    pub(super) fn add(&self, name: &str, options: ListOptions) -> Result<ListHandle> {
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(Error::ListName { name: name.to_owned() });
        }
        self.lock().insert(name.to_owned(), List::new(name, options));
        Ok(ListHandle::new(self, name))
    }

    pub(super) fn find(&self, name: &str) -> Option<ListHandle> {
        let known = self.lock().contains_key(name);
        known.then(|| ListHandle::new(self, name))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Whether a list is shown to who sends these headers.
    pub(super) fn admits(&self, name: &str, headers: &HeaderMap) -> bool {
        self.lock().get(name).is_none_or(|list| list.knows(headers) && list.recognises(headers))
    }

    /// The same for an item of it.
    pub(super) fn admits_to(&self, id: &str, headers: &HeaderMap) -> bool {
        item::parse_id(id).is_none_or(|(name, _)| self.admits(name, headers))
    }

    /// The same for its files. A login is said to the pages alone: who knows the address of a file was told it there.
    pub(super) fn admits_to_files_of(&self, id: &str, headers: &HeaderMap) -> bool {
        let of_list =
            |(name, _): (&str, u32)| self.lock().get(name).is_none_or(|list| list.recognises(headers));
        item::parse_id(id).is_none_or(of_list)
    }

    /// An item by its id, whether or not its list still shows it.
    pub(super) fn item(&self, id: &str) -> Option<Item> {
        let (name, serial) = item::parse_id(id)?;
        self.lock().get(name)?.item(serial)
    }
}
