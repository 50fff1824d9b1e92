//! What of a list is kept without being asked for, and which rule skips what is not (LI-08).

use std::collections::HashSet;

use mediary_schema::{
    EntryId, Ticket,
    playlist::{EntryFacts, Filter, Keeping, KeptEntries, Rule},
};

use super::{Event, Row, State};

/// Skipped entries, each with the place of its rule in the filter in force, by rule.
type Skipped = Vec<(usize, EntryId)>;

impl Row {
    /// What a rule is held against.
    pub fn facts(&self) -> EntryFacts<'_> {
        EntryFacts {
            title: self.title.as_deref(),
            url: &self.source.url,
            duration_ms: self.duration_ms,
            published_at: self.published_at,
            live_status: self.live_status,
        }
    }

    /// Whether it is in its list and can be fetched.
    pub fn is_to_be_had(&self) -> bool {
        self.seen && self.availability.is_available()
    }
}

impl State {
    /// What the end of a refresh asks for by itself, and what it skips.
    pub(super) fn keep_unasked(&self) -> Vec<Event> {
        let Some(keeping) = &self.keeping else { return Vec::new() };
        match keeping.entries {
            // What is there when it is read for the first time is nothing new.
            KeptEntries::New if !self.listed => Vec::new(),
            KeptEntries::All if !self.listed => self.keep_all(keeping, &keeping.ticket),
            KeptEntries::New | KeptEntries::All => {
                let rows = self.unasked.iter().filter_map(|id| self.rows.get(*id));
                self.keep_some(keeping, &keeping.ticket, rows)
            }
        }
    }

    /// What follows at once from what is said to be kept. What of a list is there, nobody knows before it is read.
    ///
    /// Another filter decides anew about what was skipped; what was fetched stays. The ticket is that of what follows at once.
    pub(super) fn keep_from_now_on(&self, keeping: &Keeping, ticket: &Ticket) -> Vec<Event> {
        match keeping.entries {
            _ if !self.listed => Vec::new(),
            KeptEntries::All => self.keep_all(keeping, ticket),
            KeptEntries::New if self.has_filter(&keeping.filter) => Vec::new(),
            KeptEntries::New => {
                let rows = self.rows.iter().filter(|row| self.skipped.contains_key(&row.entry_id));
                self.keep_some(keeping, ticket, rows)
            }
        }
    }

    fn keep_all(&self, Keeping { quality, filter, .. }: &Keeping, ticket: &Ticket) -> Vec<Event> {
        let (mut skipped, judge) = (Skipped::new(), filter.judge());
        if !filter.is_empty() {
            let rows = self.rows.iter().filter(|row| row.is_to_be_had());
            let broken = rows.filter_map(|row| Some((judge.broken(&row.facts())?, row.entry_id)));
            skipped.extend(broken.filter(|(place, id)| self.skip_of(*id, filter) != Some(*place)));
        }
        let all = Event::DownloadsRequested {
            quality: quality.clone(),
            entries: None,
            again: false,
            filter: filter.clone(),
            ticket: Ticket { bulk: true, ..ticket.clone() },
        };
        [all].into_iter().chain(skips(skipped, filter)).collect()
    }

    fn keep_some<'a>(
        &self,
        keeping: &Keeping,
        ticket: &Ticket,
        rows: impl Iterator<Item = &'a Row>,
    ) -> Vec<Event> {
        let Keeping { quality, filter, .. } = keeping;
        let (mut found, mut skipped, mut known) = (Vec::new(), Skipped::new(), HashSet::new());
        let judge = filter.judge();
        for row in rows.filter(|row| row.is_to_be_had()) {
            let entry_id = row.entry_id;
            match judge.broken(&row.facts()) {
                _ if !known.insert(entry_id) => {}
                None => found.push(entry_id),
                Some(place) if self.skip_of(entry_id, filter) == Some(place) => {}
                Some(place) => skipped.push((place, entry_id)),
            }
        }
        let bulk = found.len() > Event::FEW;
        let request = |entries: &[EntryId]| Event::DownloadsRequested {
            quality: quality.clone(),
            entries: Some(entries.to_vec()),
            again: false,
            filter: Filter::default(),
            ticket: Ticket { bulk, ..ticket.clone() },
        };
        found.chunks(Event::ENTRIES_MAX).map(request).chain(skips(skipped, filter)).collect()
    }

    fn has_filter(&self, filter: &Filter) -> bool {
        self.keeping.as_ref().is_some_and(|keeping| keeping.filter == *filter)
    }

    /// By which rule of this filter the entry is skipped already.
    fn skip_of(&self, entry_id: EntryId, filter: &Filter) -> Option<usize> {
        let place = self.skipped.get(&entry_id).filter(|_| self.has_filter(filter))?;
        Some(usize::from(*place))
    }

    pub(super) fn is_to_be_had(&self, entry_id: EntryId) -> bool {
        self.rows.get(entry_id).is_some_and(Row::is_to_be_had)
    }

    /// Another quality forgets nothing that waits, and another filter nothing that was skipped and can't be had. All of a
    /// list that was read is what is to be had, for which whoever said so asks, and what is not, which waits.
    pub(super) fn turn_keeping(&mut self, keeping: Option<&Keeping>) {
        let is_same_filter = keeping.is_some_and(|keeping| self.has_filter(&keeping.filter));
        self.keeping = keeping.cloned();
        let Some(keeping) = keeping else {
            self.unasked.clear();
            self.skipped.clear();
            return;
        };
        if !is_same_filter {
            let skipped = std::mem::take(&mut self.skipped);
            let rows =
                self.rows.iter().filter(|row| !row.is_to_be_had() && skipped.contains_key(&row.entry_id));
            self.unasked.extend(rows.map(|row| row.entry_id));
        }
        if keeping.entries == KeptEntries::All {
            let rows = self.rows.iter().filter(|row| !self.listed || !row.is_to_be_had());
            self.unasked = rows.map(|row| row.entry_id).collect();
        }
    }

    /// The end of a refresh asked for what is to be had; the rest waits until it is, or is gone.
    pub(super) fn settle_unasked(&mut self) {
        let Some(keeping) = &self.keeping else { return };
        if keeping.entries == KeptEntries::New && !self.listed {
            self.unasked.clear();
        }
        let waiting = std::mem::take(&mut self.unasked).into_iter();
        self.unasked = waiting.filter(|id| self.rows.contains(*id) && !self.is_to_be_had(*id)).collect();
    }

    /// Entries that are skipped by a rule of the filter in force.
    pub(super) fn skip(&mut self, rule: &Rule, entries: &[EntryId]) {
        let rules = self.keeping.as_ref().map(|keeping| keeping.filter.rules()).unwrap_or_default();
        let Some(place) = rules.iter().position(|known| known == rule) else { return };
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        self.skipped.extend(entries.iter().map(|id| (*id, place)));
    }

    /// What is known of a skipped entry is otherwise: the end of the refresh decides anew.
    pub(super) fn reconsider(&mut self, entry_id: EntryId) {
        if self.skipped.contains_key(&entry_id) {
            self.unasked.push(entry_id);
        }
    }
}

/// Tells what is skipped: few entries are found by their names, very many are told at once.
fn skips(mut skipped: Skipped, filter: &Filter) -> Vec<Event> {
    // In the order of the rules; those of one stay as they are.
    skipped.sort_by_key(|(place, _)| *place);
    let at_once = if skipped.len() > Event::SKIPPED_MAX { Event::SKIPPED_MAX } else { Event::ENTRIES_MAX };
    let of_one_rule = skipped.chunk_by(|one, next| one.0 == next.0);
    let parts = of_one_rule.flat_map(|entries| entries.chunks(at_once));
    let tell = |part: &[(usize, EntryId)]| Event::EntriesSkipped {
        rule: filter.rules()[part[0].0].clone(),
        entries: part.iter().map(|(_, id)| *id).collect(),
    };
    parts.map(tell).collect()
}
