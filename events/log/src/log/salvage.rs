//! Reads a log file that its storage no longer opens, through the tree of `events` alone (audit D9).
//!
//! The storage refuses a file for one bit anywhere in it: in the list of free pages, in a commit slot that nobody
//! needs. The events may be whole all the same, and the chain proves them, not the storage. This follows redb's
//! `docs/design.md` from a commit slot to the leaves of three tables and looks at nothing else; whatever it can't
//! read it leaves out. Not here: any repair; the file is not written to.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt as _,
    path::Path,
};

use uuid::Uuid;

use super::{
    bundle::{self, Header},
    chain::{self, Hash},
    create,
    error::{Damage, OpenError},
    export::ExportError,
    frame::Frame,
    lock::FolderLock,
    store,
    tables::KEY_LOG_ID,
    verify::Walk,
};

const PAGE_BYTES: u64 = 4_096;
/// The file's header, with both commit slots.
const HEADER_BYTES: usize = 320;
const AT_PRIMARY: usize = 9;
const AT_REGION_HEADER_PAGES: usize = 16;
const AT_REGION_DATA_PAGES: usize = 20;
const SLOTS: [usize; 2] = [64, 192];
/// In a slot: whether there are tables, and the page of the tree of their names.
const AT_HAS_TABLES: usize = 1;
const AT_TABLES: usize = 8;
/// In the definition of a table: how many rows it has, whether it has any, and the page of its tree.
const AT_ROWS: usize = 1;
const AT_HAS_ROWS: usize = 9;
const AT_ROOT: usize = 10;
/// Higher than any tree; a damaged page may lead in a circle.
const HEIGHT_MAX: u32 = 24;
/// The largest page is 2^20 times the smallest, and none of ours is near that.
const ORDER_MAX: u64 = 16;

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The last position that could be read and proved; everything before it is there.
    pub last_position: u64,
    /// The hash of the chain after it.
    pub last_hash: Hash,
    /// How many events the file says that it has, if it still says so.
    pub promised: Option<u64>,
}

/// Writes a bundle of all events from the first one up to the first that can't be read or proved.
pub fn salvage(directory: &Path, out: &mut impl Write) -> Result<Salvaged, ExportError> {
    let path = store::file(directory);
    let _lock = FolderLock::share(directory)?;
    let failed = |step| {
        let path = path.clone();
        move |source| OpenError::Io { step, path, source }
    };
    let file = File::open(&path).map_err(failed("opening"))?;
    let pages = Pages::try_new(&file).map_err(failed("reading"))?;
    let remembered = create::remembered(directory);
    let best = pages.tables().into_iter().filter_map(|tables| {
        let log_id = tables.log_id(&pages).or(remembered)?;
        let last = tables.proved(&pages, log_id);
        Some((last.position, last, log_id, tables))
    });
    let Some((_, last, log_id, tables)) = best.max_by_key(|(position, ..)| *position) else {
        let detail = "no tree of its events can be found".to_owned();
        return Err(OpenError::Damaged { path, damage: Damage::Structure { detail } }.into());
    };
    let is_sealed = tables.is_sealed(&pages, last.position);
    let header = Header::new(
        log_id,
        is_sealed,
        (1, last.position),
        (0, last.cut_after),
        (chain::genesis(log_id), last.hash),
    );
    bundle::write_header(&header, out).map_err(ExportError::Write)?;
    tables.write(&pages, log_id, last.position, out)?;
    out.flush().map_err(ExportError::Write)?;
    Ok(Salvaged { last_position: last.position, last_hash: last.hash, promised: tables.promised })
}

/// The pages of a file.
struct Pages<'a> {
    file: &'a File,
    header: [u8; HEADER_BYTES],
}

/// Three tables as one commit left them.
struct Tables {
    events: u64,
    chain: Option<u64>,
    meta: Option<u64>,
    promised: Option<u64>,
}

/// How far events are there and proved.
#[derive(Clone, Copy)]
struct Last {
    position: u64,
    hash: Hash,
    cut_after: u32,
}

/// How wide the keys and values of a table are, where all are alike.
#[derive(Clone, Copy)]
struct Widths {
    key: Option<usize>,
    value: Option<usize>,
}

const TEXTS: Widths = Widths { key: None, value: None };
const BY_POSITION: Widths = Widths { key: Some(8), value: None };
const HASHES: Widths = Widths { key: Some(8), value: Some(32) };

impl<'a> Pages<'a> {
    fn try_new(file: &'a File) -> io::Result<Self> {
        let mut header = [0; HEADER_BYTES];
        file.read_exact_at(&mut header, 0)?;
        Ok(Self { file, header })
    }

    /// The tables of both commit slots, the newest first.
    fn tables(&self) -> Vec<Tables> {
        let primary = usize::from(self.header[AT_PRIMARY] & 1);
        let slots = [SLOTS[primary], SLOTS[1 - primary]];
        slots.into_iter().filter_map(|slot| self.tables_of(slot)).collect()
    }

    fn tables_of(&self, slot: usize) -> Option<Tables> {
        let slot = &self.header[slot..];
        if slot[AT_HAS_TABLES] == 0 {
            return None;
        }
        let mut found = BTreeMap::new();
        self.walk(u64_at(slot, AT_TABLES)?, TEXTS, HEIGHT_MAX, &mut |name, definition| {
            let has_rows = definition.get(AT_HAS_ROWS).is_some_and(|flag| *flag != 0);
            let root = u64_at(definition, AT_ROOT).filter(|_| has_rows);
            if let Some(root) = root {
                found.insert(name.to_vec(), (root, u64_at(definition, AT_ROWS)));
            }
            true
        });
        let root = |name: &str| found.get(name.as_bytes()).map(|(root, _)| *root);
        let (events, promised) = *found.get(b"events".as_slice())?;
        Some(Tables { events, promised, chain: root("chain"), meta: root("meta") })
    }

    /// Hands out the rows below a page in the order of their keys, for as long as they are wanted. What can't be
    /// read is left out.
    fn walk(
        &self,
        page: u64,
        widths: Widths,
        height: u32,
        each: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> bool {
        let Some(bytes) = self.page(page).filter(|_| height > 0) else { return true };
        match bytes[0] {
            1 => {
                let rows = rows_of(&bytes, widths);
                rows.into_iter().all(|(key, value)| each(&bytes[key], &bytes[value]))
            }
            2 => {
                let keys = usize::from(u16::from_le_bytes([bytes[2], bytes[3]]));
                let children = 8 + 16 * (keys + 1);
                (0..=keys)
                    .filter_map(|child| u64_at(&bytes, children + 8 * child))
                    .all(|child| self.walk(child, widths, height - 1, each))
            }
            _ => true,
        }
    }

    fn page(&self, number: u64) -> Option<Vec<u8>> {
        let order = number >> 59;
        if order > ORDER_MAX {
            return None;
        }
        let index = number & (0x000f_ffff >> order);
        let region = number >> 20 & 0x000f_ffff;
        let u32_at = |at: usize| Some(u64::from(u32::from_le_bytes(*self.header[at..].first_chunk()?)));
        let (before, data) = (u32_at(AT_REGION_HEADER_PAGES)?, u32_at(AT_REGION_DATA_PAGES)?);
        let size = PAGE_BYTES << order;
        let in_region = before * PAGE_BYTES + index * size;
        let start = PAGE_BYTES + region * (before + data) * PAGE_BYTES + in_region;
        let mut bytes = vec![0; usize::try_from(size).ok()?];
        self.file.read_exact_at(&mut bytes, start).ok()?;
        Some(bytes)
    }
}

impl Tables {
    fn log_id(&self, pages: &Pages<'_>) -> Option<Uuid> {
        let mut log_id = None;
        pages.walk(self.meta?, TEXTS, HEIGHT_MAX, &mut |key, value| {
            if key == KEY_LOG_ID.as_bytes() {
                log_id = Uuid::from_slice(value).ok();
            }
            true
        });
        log_id
    }

    /// Walks along the chain as far as there are whole events, and answers the last of them that the chain proves: by a
    /// stored hash, or by itself where no hash is left.
    fn proved(&self, pages: &Pages<'_>, log_id: Uuid) -> Last {
        let mut hashes = BTreeMap::new();
        if let Some(chain) = self.chain {
            pages.walk(chain, HASHES, HEIGHT_MAX, &mut |key, value| {
                if let (Some(position), Ok(hash)) = (u64_at(key, 0), Hash::try_from(value)) {
                    hashes.insert(position, hash);
                }
                true
            });
        }
        let mut walk = Walk::after(0, chain::genesis(log_id));
        let mut last = Last { position: 0, hash: *walk.hash(), cut_after: 0 };
        self.each(pages, &mut |position, bytes| {
            let Some(frame) = whole(position, bytes) else { return false };
            if position != walk.position() + 1 || walk.frame(&frame).is_err() {
                return false;
            }
            let reached = Last {
                position,
                hash: *walk.hash(),
                cut_after: frame.append_len() - frame.append_index() - 1,
            };
            match hashes.get(&position) {
                Some(hash) if hash != walk.hash() => false,
                Some(hash) => {
                    last = reached;
                    walk.stored(hash).is_ok()
                }
                None => {
                    if hashes.is_empty() {
                        last = reached;
                    }
                    true
                }
            }
        });
        last
    }

    fn write(
        &self,
        pages: &Pages<'_>,
        log_id: Uuid,
        last: u64,
        out: &mut impl Write,
    ) -> Result<(), ExportError> {
        let mut hash = chain::genesis(log_id);
        let mut written = Ok(());
        self.each(pages, &mut |position, bytes| {
            let Some(frame) = whole(position, bytes).filter(|_| position <= last) else { return false };
            hash = chain::link(&hash, frame.envelope_bytes(), frame.digest());
            written = bundle::write_event(&frame, &hash, out);
            written.is_ok()
        });
        written.map_err(ExportError::Write)
    }

    /// Whether an event up to a position is sealed.
    fn is_sealed(&self, pages: &Pages<'_>, last: u64) -> bool {
        let mut is_sealed = false;
        self.each(pages, &mut |position, bytes| {
            let frame = whole(position, bytes).filter(|_| position <= last);
            is_sealed = frame.is_some_and(|frame| frame.is_sealed());
            frame.is_some() && !is_sealed
        });
        is_sealed
    }

    fn each(&self, pages: &Pages<'_>, each: &mut dyn FnMut(u64, &[u8]) -> bool) {
        pages.walk(self.events, BY_POSITION, HEIGHT_MAX, &mut |key, value| {
            u64_at(key, 0).is_some_and(|position| each(position, value))
        });
    }
}

/// A frame that is what was recorded at its position.
fn whole(position: u64, bytes: &[u8]) -> Option<Frame<'_>> {
    Frame::parse(bytes).ok().filter(|frame| frame.position() == position && frame.payload_matches())
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Where the rows of a leaf are: keys first, then values, each with its end in front where they differ.
fn rows_of(page: &[u8], widths: Widths) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let count = usize::from(u16::from_le_bytes([page[2], page[3]]));
    let mut ends_at = 4;
    let mut take_ends = |width: Option<usize>| {
        let first = ends_at;
        if width.is_none() {
            ends_at += 4 * count;
        }
        first
    };
    let (key_ends, value_ends) = (take_ends(widths.key), take_ends(widths.value));
    let end_of = |ends: usize, row: usize| {
        let end: [u8; 4] = *page.get(ends + 4 * row..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(end)).ok()
    };
    let spans = |start: usize, width: Option<usize>, ends: usize| {
        let mut spans = Vec::with_capacity(count);
        let mut begin = start;
        for row in 0..count {
            let end = match width {
                Some(width) => begin + width,
                None => end_of(ends, row)?,
            };
            if end < begin || end > page.len() {
                return None;
            }
            spans.push(begin..end);
            begin = end;
        }
        Some(spans)
    };
    let Some(keys) = spans(ends_at, widths.key, key_ends) else { return Vec::new() };
    let after = keys.last().map_or(ends_at, |key| key.end);
    match spans(after, widths.value, value_ends) {
        Some(values) => keys.into_iter().zip(values).collect(),
        None => Vec::new(),
    }
}
