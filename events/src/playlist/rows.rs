use std::{collections::HashMap, fmt};

use mediary_schema::{EntryId, playlist::After};

use super::Row;

/// Rows in an order, each found by its id.
///
/// The order is that of a chain, as events tell it: a row stands behind another one. So whatever happens to one row
/// takes the same time in a list of ten and of a million, wherever it stands; nothing is counted or moved for it.
#[derive(Clone, Default)]
pub struct Rows {
    /// Where each row lies.
    slots: HashMap<EntryId, Slot>,
    /// Rows as they came; the places of those that were taken out are used again.
    links: Vec<Option<Link>>,
    free: Vec<Slot>,
    first: Option<Slot>,
    last: Option<Slot>,
    /// Bytes of texts of all rows.
    text_bytes: usize,
}

/// A place in memory, which says nothing of the order.
type Slot = u32;

#[derive(Debug, Clone)]
struct Link {
    row: Row,
    before: Option<Slot>,
    behind: Option<Slot>,
}

/// What the allocator takes for each text beside its bytes.
const TEXT_BYTES: usize = 16;

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Row> + Clone {
        std::iter::successors(self.first.map(|slot| self.link(slot)), |link| {
            link.behind.map(|slot| self.link(slot))
        })
        .map(|link| &link.row)
    }

    /// The row with this id.
    pub fn get(&self, entry_id: EntryId) -> Option<&Row> {
        self.slots.get(&entry_id).map(|slot| &self.link(*slot).row)
    }

    /// Whether there is a row with this id.
    pub fn contains(&self, entry_id: EntryId) -> bool {
        self.slots.contains_key(&entry_id)
    }

    /// About how many bytes of memory they take.
    pub(super) fn bytes(&self) -> usize {
        let links = self.links.capacity() * size_of::<Option<Link>>();
        let slots = self.slots.capacity() * (size_of::<(EntryId, Slot)>() + 1);
        links + slots + self.free.capacity() * size_of::<Slot>() + self.text_bytes
    }

    /// Puts a row behind another one, or to the front. One whose neighbour is gone goes to the end, so that it is never
    /// lost; one that is there already stands in its new place only.
    pub(super) fn insert(&mut self, row: Row, after: After) {
        self.take(row.entry_id);
        let (before, behind) = match after {
            None => (None, self.first),
            Some(neighbour) => match self.slots.get(&neighbour) {
                Some(slot) => (Some(*slot), self.link(*slot).behind),
                None => (self.last, None),
            },
        };
        let entry_id = row.entry_id;
        self.text_bytes += text_bytes(&row);
        let link = Some(Link { row, before, behind });
        let slot = if let Some(slot) = self.free.pop() {
            self.links[slot as usize] = link;
            slot
        } else {
            let slot = Slot::try_from(self.links.len()).expect("memory ends before four billion rows");
            self.links.push(link);
            slot
        };
        self.tie(before, Some(slot));
        self.tie(Some(slot), behind);
        self.slots.insert(entry_id, slot);
    }

    /// Puts a row to the end.
    pub(super) fn push(&mut self, row: Row) {
        let last = self.last.map(|slot| self.link(slot).row.entry_id);
        self.insert(row, last);
    }

    /// Takes a row out.
    pub(super) fn take(&mut self, entry_id: EntryId) -> Option<Row> {
        let slot = self.slots.remove(&entry_id)?;
        let Link { row, before, behind } = self.links[slot as usize].take()?;
        self.free.push(slot);
        self.tie(before, behind);
        self.text_bytes -= text_bytes(&row);
        Some(row)
    }

    /// Changes what is known of a row, if it is there; its id stays.
    pub(super) fn change(&mut self, entry_id: EntryId, change: impl FnOnce(&mut Row)) {
        let Some(slot) = self.slots.get(&entry_id) else { return };
        let row = &mut self.link_mut(*slot).row;
        let before = text_bytes(row);
        change(row);
        let after = text_bytes(row);
        self.text_bytes = self.text_bytes - before + after;
    }

    /// Makes two rows neighbours; none stands for the end that a row is at.
    fn tie(&mut self, before: Option<Slot>, behind: Option<Slot>) {
        match before {
            Some(slot) => self.link_mut(slot).behind = behind,
            None => self.first = behind,
        }
        match behind {
            Some(slot) => self.link_mut(slot).before = before,
            None => self.last = before,
        }
    }

    fn link(&self, slot: Slot) -> &Link {
        self.links[slot as usize].as_ref().expect("what is tied or found lies in its slot")
    }

    fn link_mut(&mut self, slot: Slot) -> &mut Link {
        self.links[slot as usize].as_mut().expect("what is tied or found lies in its slot")
    }
}

fn text_bytes(row: &Row) -> usize {
    let texts = [Some(&row.source.extractor), Some(&row.source.source_id), Some(&row.source.url)];
    let texts = texts.into_iter().chain([row.title.as_ref()]).flatten();
    texts.map(|text| text.capacity() + TEXT_BYTES).sum()
}

/// Where rows lie makes no difference.
impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
