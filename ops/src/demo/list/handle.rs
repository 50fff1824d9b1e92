use std::ops::Range;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mediary_schema::playlist::{Availability, LiveStatus};

use super::{
    super::{
        error::{Error, Result},
        item::{Item, Oddity, parse_id},
    },
    Change, List, Lists, Nesting, Run, Slice,
};

/// One list: changed here, seen by the next request.
///
/// Indexes count from 0. New items have serials that were never given before, so an item keeps its
/// id wherever it moves.
#[derive(Debug, Clone)]
pub struct ListHandle {
    lists: Lists,
    name: String,
}

impl ListHandle {
    pub(super) fn new(lists: &Lists, name: &str) -> Self {
        Self { lists: lists.clone(), name: name.to_owned() }
    }

    /// Its name in addresses.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its title.
    pub fn title(&self) -> String {
        self.with(|list| list.title.clone())
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.with(|list| list.len())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at an index.
    pub fn item(&self, index: usize) -> Result<Item> {
        self.with(|list| {
            let serial = list.serial_at(index)?;
            Ok(list.item(serial).expect("a list shows only serials that it has issued"))
        })
    }

    /// The ids of a part of the list, in order; what lies beyond the end is left out.
    pub fn ids(&self, range: Range<usize>) -> Vec<String> {
        self.slice(range).items.into_iter().map(|item| item.id).collect()
    }

    /// Puts new items at the front.
    pub fn prepend(&self, count: u32) {
        self.with(|list| list.insert_new(0, count));
    }

    /// Puts new items at the end.
    pub fn append(&self, count: u32) {
        self.with(|list| list.insert_new(list.len(), count));
    }

    /// Takes an entry out of the list; the item itself stays where it is.
    pub fn delete(&self, index: usize) -> Result<()> {
        self.delete_range(index..index + 1)
    }

    /// Shows an item again that was taken out, at an index.
    pub fn bring_back(&self, index: usize, id: &str) -> Result<()> {
        self.with(|list| {
            let missing = || Error::NoEntry { list: list.name.clone(), index, len: list.len() };
            let (_, serial) = parse_id(id).filter(|(name, _)| *name == list.name).ok_or_else(missing)?;
            list.insert(index, [Run { first: serial, len: 1, reversed: false }]);
            Ok(())
        })
    }

    /// Takes several neighbouring entries out of the list.
    pub fn delete_range(&self, range: Range<usize>) -> Result<()> {
        self.with(|list| {
            list.check(&range)?;
            list.remove(range);
            Ok(())
        })
    }

    /// Moves an entry so that it stands at another index afterwards.
    pub fn move_entry(&self, from: usize, to: usize) -> Result<()> {
        self.with(|list| {
            list.check(&(from..from + 1))?;
            list.check(&(to..to + 1))?;
            let runs = list.remove(from..from + 1);
            list.insert(to, runs);
            Ok(())
        })
    }

    /// Turns the whole order round.
    pub fn reverse(&self) {
        self.with(List::reverse);
    }

    /// Shows an item once more, at the end.
    pub fn duplicate(&self, index: usize) -> Result<()> {
        self.with(|list| {
            let first = list.serial_at(index)?;
            list.insert(list.len(), [Run { first, len: 1, reversed: false }]);
            Ok(())
        })
    }

    /// Makes an item private: listed as `[Private video]`, its files forbidden.
    pub fn make_private(&self, index: usize) -> Result<()> {
        self.set_availability(index, Availability::Private)
    }

    /// Deletes an item at its source: listed as `[Deleted video]`, its files gone.
    pub fn make_deleted(&self, index: usize) -> Result<()> {
        self.set_availability(index, Availability::Deleted)
    }

    /// Makes an item available again.
    pub fn make_public(&self, index: usize) -> Result<()> {
        self.set_availability(index, Availability::Available)
    }

    /// Sets who may see an item.
    pub fn set_availability(&self, index: usize, availability: Availability) -> Result<()> {
        self.change(index, |change| change.availability = availability)
    }

    /// Lets an item be a broadcast that is announced, on, or over.
    pub fn broadcast(&self, index: usize, live_status: LiveStatus) -> Result<()> {
        self.change(index, |change| change.live_status = live_status)
    }

    /// Makes the row of an item one that readers stumble over.
    pub fn make_odd(&self, index: usize, oddity: Oddity) -> Result<()> {
        self.change(index, |change| change.oddity = Some(oddity))
    }

    /// Holds other lists instead of items of its own, as a channel holds its tabs.
    pub fn hold(&self, names: &[&str], nesting: Nesting) {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        self.with(|list| (list.lists, list.nesting) = (names, nesting));
    }

    /// Gives an item another title.
    pub fn rename(&self, index: usize, title: impl Into<String>) -> Result<()> {
        self.change(index, |change| change.title = Some(title.into()))
    }

    /// Shows the list, its items and their files from now on to nobody who doesn't send this cookie: `name=value`.
    pub fn demand_cookie(&self, cookie: impl Into<String>) {
        self.with(|list| list.cookie = Some(cookie.into()));
    }

    /// Shows the list and its items from now on to nobody who doesn't say this name and password.
    pub fn demand_login(&self, user: &str, password: &str) {
        let pair = STANDARD.encode(format!("{user}:{password}"));
        self.with(|list| list.login = Some(format!("Basic {pair}")));
    }

    /// Gives the list another title.
    pub fn rename_list(&self, title: impl Into<String>) {
        self.with(|list| list.title = title.into());
    }

    /// Takes out all entries.
    pub fn clear(&self) {
        self.set_len(0);
    }

    /// Cuts the list at the end, or fills it up with new items.
    pub fn set_len(&self, len: u32) {
        self.with(|list| {
            let now = list.len();
            match (len as usize).checked_sub(now) {
                Some(more) => list.insert_new(now, more as u32),
                None => drop(list.remove(len as usize..now)),
            }
        });
    }

    pub(in crate::demo) fn slice(&self, range: Range<usize>) -> Slice {
        self.with(|list| {
            let serials = list.serials(range);
            let items = serials.into_iter().filter_map(|serial| list.item(serial)).collect();
            let (lists, nesting) = (list.lists.clone(), list.nesting);
            Slice { title: list.title.clone(), total: list.len(), items, lists, nesting }
        })
    }

    fn change(&self, index: usize, edit: impl FnOnce(&mut Change)) -> Result<()> {
        self.with(|list| {
            let serial = list.serial_at(index)?;
            edit(list.changes.entry(serial).or_default());
            Ok(())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut List) -> T) -> T {
        let mut lists = self.lists.lock();
        act(lists.get_mut(&self.name).expect("lists are replaced, never taken away"))
    }
}
