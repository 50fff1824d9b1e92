//! What was said of a list: what of it is kept without being asked for, which rule skips what is not, with which cookies it is asked
//! for, how its files are named.

use mediary_schema::{
    EntryId,
    cookies::SiteCookies,
    layout::Layout,
    playlist::{Filter, Keeping, Rule},
};

use super::Fold;
use crate::{sql::to_json, view::ApplyError};

impl Fold<'_> {
    /// By another filter nothing is skipped, until the same append says otherwise.
    pub(super) fn keep(&mut self, keeping: Option<&Keeping>) -> Result<(), ApplyError> {
        let json = keeping.map(to_json).transpose()?;
        let filter = keeping.map(|keeping| &keeping.filter);
        let mut changed = None;
        self.list(|list| {
            let before: Option<Keeping> =
                list.keeping.as_deref().and_then(|json| serde_json::from_str(json).ok());
            let before: Option<Filter> = before.map(|keeping| keeping.filter);
            list.keeping = json;
            changed = (before.as_ref() != filter).then_some(list.key);
        })?;
        let Some(key) = changed else { return Ok(()) };
        let skipped = "SELECT id FROM entry WHERE playlist_key = ?1 AND skipped_by IS NOT NULL";
        for entry_id in self.entries_of(skipped, key)? {
            self.entry(entry_id, |entry| entry.skipped_by = None)?;
        }
        Ok(())
    }

    pub(super) fn use_cookies(&mut self, cookies: Option<&SiteCookies>) -> Result<(), ApplyError> {
        let cookies = cookies.map(to_json).transpose()?;
        self.list(|list| list.cookies = cookies)
    }

    pub(super) fn lay_out(&mut self, layout: Option<&Layout>) -> Result<(), ApplyError> {
        let layout = layout.map(to_json).transpose()?;
        self.list(|list| list.layout = layout)
    }

    pub(super) fn unfollow(&mut self) -> Result<(), ApplyError> {
        self.list(|list| {
            (list.followed, list.keeping, list.cookies) = (false, None, None);
            (list.layout, list.transcoding) = (None, None);
        })
    }

    pub(super) fn skip(&mut self, rule: &Rule, entries: Vec<EntryId>) -> Result<(), ApplyError> {
        let rule = rule.to_string();
        entries.into_iter().try_for_each(|id| self.entry(id, |entry| entry.skipped_by = Some(rule.clone())))
    }

    /// Whoever is asked for is skipped no longer.
    pub(super) fn want(&mut self, entries: Option<Vec<EntryId>>) -> Result<(), ApplyError> {
        for entry_id in entries.into_iter().flatten() {
            let id = *entry_id.uuid().as_bytes();
            if self.rows.entries.find(self.file, id)?.is_some_and(|entry| entry.skipped_by.is_some()) {
                self.entry(entry_id, |entry| entry.skipped_by = None)?;
            }
        }
        Ok(())
    }
}
