//! Ids that follow from what a thing is: by a key that no other installation has.
//!
//! Where the key *is* the thing (an address, an extractor's id) its id is derived, so that the same thing asked
//! for twice is one thing. Ids stand in envelopes, subjects and bundles for ever, and what they were derived from may be
//! erased: so the derivation is keyed. Without the [`IdentityKey`], which leaves the log by no bundle and no message,
//! an id confirms nothing, not even to somebody who guesses right. Two installations have two ids for one address.
//!
//! The rule, for ever: `derive_key(context, identity key)` of BLAKE3 makes a key for each kind of id; keyed BLAKE3
//! over the parts, each with its length in front as eight bytes (little-endian), so that no two lists of parts are one
//! text; the first 16 bytes, with version 8 and variant 10 of RFC 9562 set.
//!
//! Ids are derived in one step where a command enters. Deciders, folds, views and workers see ids only.

use std::{collections::HashMap, fmt};

use uuid::Uuid;

use crate::{
    Address, CommandId, DataKeyId, DownloadId, EntryId, EventId, FileId, HostId, ItemId, JobId, PlaylistId,
    PrincipalId, ProjectId, ReservationId, ScheduleId, SealedId, SecretId, SessionId, TokenId, WorkerId,
    download::Wish,
    item::{IdScope, ItemSource},
    playlist::ObservedEntry,
};

/// What makes the ids of one installation its own: 32 bytes from the operating system, kept in the log's file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdentityKey([u8; IdentityKey::BYTES]);

impl IdentityKey {
    /// How long a key is.
    pub const BYTES: usize = 32;

    /// Wraps bytes that nobody else knows.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the log's file and nothing else.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Debug for IdentityKey {
    /// Says nothing: the key has no place in an output.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdentityKey")
    }
}

/// The one place that derives ids. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Identities {
    key: IdentityKey,
}

impl Identities {
    /// Derives with a key.
    pub const fn new(key: IdentityKey) -> Self {
        Self { key }
    }

    /// The installation's key, for what else is to confirm nothing to an outsider: always by `derive_key`, under a
    /// context of its own.
    pub const fn key(&self) -> &IdentityKey {
        &self.key
    }

    /// The playlist at an address: one per project, however the address is spelt.
    pub fn playlist(&self, project: ProjectId, address: &Address) -> PlaylistId {
        PlaylistId::from_uuid(
            self.derive(
                "mediary 2 playlist",
                &[project.uuid().as_bytes().as_slice(), address.key().as_bytes()],
            ),
        )
    }

    /// The item at a source: one per project, whichever list shows it.
    pub fn item(&self, project: ProjectId, source: &ItemSource) -> ItemId {
        self.item_of(project, source, &[])
    }

    /// The item of a row: like [`Self::item`], unless its id counts within its list only.
    pub fn item_in(
        &self,
        project: ProjectId,
        list: PlaylistId,
        entry: &ObservedEntry,
        namesakes: &Namesakes,
    ) -> ItemId {
        let list = list.uuid();
        match entry.id_scope {
            IdScope::Source => self.item(project, &entry.source),
            IdScope::List if namesakes.has(entry) => {
                self.item_of(project, &entry.source, &[list.as_bytes(), entry.source.url.as_bytes()])
            }
            IdScope::List => self.item_of(project, &entry.source, &[list.as_bytes()]),
        }
    }

    fn item_of(&self, project: ProjectId, source: &ItemSource, more: &[&[u8]]) -> ItemId {
        // Only ASCII: what a Unicode table calls lower case changes from year to year.
        let extractor = source.extractor.to_ascii_lowercase();
        let mut parts = vec![project.uuid().into_bytes().to_vec(), extractor.into_bytes()];
        parts.push(source.source_id.clone().into_bytes());
        parts.extend(more.iter().map(|part| part.to_vec()));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        ItemId::from_uuid(self.derive("mediary 2 item", &parts))
    }

    /// The keeping of an item for a wish: one per item and wish, and so per project.
    pub fn download(&self, item: ItemId, wish: Wish) -> DownloadId {
        let parts = [item.uuid().as_bytes().as_slice(), wish.key().as_bytes()].map(<[u8]>::to_vec);
        DownloadId::from_uuid(self.derive("mediary 2 download", &[&parts[0], &parts[1]]))
    }

    /// What another tool fetched of an item, nobody knows for which wish: one per item.
    pub fn archived(&self, item: ItemId) -> DownloadId {
        DownloadId::from_uuid(self.derive("mediary 2 download", &[item.uuid().as_bytes()]))
    }

    /// The `occurrence`-th row (from 1) that a playlist ever had of an item, so that a refresh repeated after a
    /// crash names the same rows. Within its playlist.
    pub fn entry(&self, playlist: PlaylistId, item: ItemId, occurrence: u32) -> EntryId {
        EntryId::from_uuid(self.derive(
            "mediary 2 entry",
            &[playlist.uuid().as_bytes().as_slice(), item.uuid().as_bytes(), &occurrence.to_be_bytes()],
        ))
    }

    /// The claim on a name: one per project.
    pub fn reservation(&self, project: ProjectId, key: &str) -> ReservationId {
        ReservationId::from_uuid(
            self.derive("mediary 2 reservation", &[project.uuid().as_bytes().as_slice(), key.as_bytes()]),
        )
    }

    /// What is done again and again under a name: one per project.
    pub fn schedule(&self, project: ProjectId, name: &str) -> ScheduleId {
        ScheduleId::from_uuid(
            self.derive("mediary 2 schedule", &[project.uuid().as_bytes().as_slice(), name.as_bytes()]),
        )
    }

    /// What is kept under a name and told to nobody: one per project.
    pub fn secret(&self, project: ProjectId, name: &str) -> SecretId {
        SecretId::from_uuid(
            self.derive("mediary 2 secret", &[project.uuid().as_bytes().as_slice(), name.as_bytes()]),
        )
    }

    /// The key that a command makes for a subject that has none, so that the command repeated makes no second one.
    pub fn data_key(&self, command: CommandId) -> DataKeyId {
        DataKeyId::from_uuid(self.made_by(DataKeyId::KIND, command))
    }

    /// What a command puts into the vault, so that the command repeated puts nothing else there: one per command.
    pub fn sealed(&self, command: CommandId) -> SealedId {
        SealedId::from_uuid(self.made_by(SealedId::KIND, command))
    }

    /// The worker inside the server of the log with this id: one per installation.
    pub fn local_worker(&self, log_id: Uuid) -> WorkerId {
        WorkerId::from_uuid(self.derive("mediary 2 worker", &[log_id.as_bytes()]))
    }

    /// The machine that calls itself so, such as by its `machine-id`: one per installation.
    pub fn host(&self, name: &str) -> HostId {
        HostId::from_uuid(self.derive("mediary 2 host", &[name.as_bytes()]))
    }

    /// The command that follows from an event, so that a repeat is the same command: one per cause and step.
    pub fn command(&self, cause: EventId, step: &str) -> CommandId {
        CommandId::from_uuid(
            self.derive("mediary 2 command", &[cause.uuid().as_bytes().as_slice(), step.as_bytes()]),
        )
    }

    /// The command that an epoch of a log begins by, though nobody asks for it: one per epoch.
    pub fn opening(&self, log_id: Uuid, epoch: u64) -> CommandId {
        CommandId::from_uuid(
            self.derive("mediary 2 opening", &[log_id.as_bytes().as_slice(), &epoch.to_be_bytes()]),
        )
    }

    /// The job that a command opens, so that the command repeated opens no second one: one per command and step.
    pub fn job(&self, command: CommandId, step: &str) -> JobId {
        JobId::from_uuid(
            self.derive("mediary 2 job", &[command.uuid().as_bytes().as_slice(), step.as_bytes()]),
        )
    }

    /// The id of the thing of a kind that a command made.
    pub fn made_by(&self, kind: &str, command: CommandId) -> Uuid {
        self.derive(&format!("mediary 2 {kind}"), &[command.uuid().as_bytes()])
    }

    /// The token that a command makes, so that the command repeated makes no second one: one per command.
    pub fn token(&self, command: CommandId) -> TokenId {
        TokenId::from_uuid(self.made_by(TokenId::KIND, command))
    }

    /// The user that a command makes, so that the command repeated makes no second one: one per command.
    pub fn user(&self, command: CommandId) -> PrincipalId {
        PrincipalId::from_uuid(self.made_by(PrincipalId::KIND, command))
    }

    /// The session that a command opens: one per command.
    pub fn session(&self, command: CommandId) -> SessionId {
        SessionId::from_uuid(self.made_by(SessionId::KIND, command))
    }

    /// The project that a command makes, so that the command repeated makes no second one: one per command.
    pub fn project(&self, command: CommandId) -> ProjectId {
        ProjectId::from_uuid(self.made_by(ProjectId::KIND, command))
    }

    /// The file that a job makes, so that an end repeated after a crash names the same file: one per job.
    pub fn file(&self, job: JobId) -> FileId {
        FileId::from_uuid(self.derive("mediary 2 file", &[job.uuid().as_bytes()]))
    }

    pub(crate) fn derive(&self, context: &str, parts: &[&[u8]]) -> Uuid {
        let key = blake3::derive_key(context, self.key.as_bytes());
        let mut hasher = blake3::Hasher::new_keyed(&key);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let hash = hasher.finalize();
        let bytes = hash.as_bytes().first_chunk().expect("32 bytes begin with 16");
        uuid::Builder::from_custom_bytes(*bytes).into_uuid()
    }
}

/// Ids that stand for several media in one look at a list: publishers give one guid to all of their episodes.
/// Rows under such an id are told apart by their addresses, too.
#[derive(Debug, Clone, Default)]
pub struct Namesakes {
    /// The address under each id; none once there were two.
    addresses: HashMap<(String, String), Option<String>>,
}

impl Namesakes {
    /// Takes a row of the look into account; all are to be seen before one is named.
    pub fn see(&mut self, entry: &ObservedEntry) {
        if entry.id_scope == IdScope::Source {
            return;
        }
        let ItemSource { extractor, source_id, url } = &entry.source;
        let id = (extractor.clone(), source_id.clone());
        let first = self.addresses.entry(id).or_insert_with(|| Some(url.clone()));
        if first.as_ref().is_some_and(|first| first != url) {
            *first = None;
        }
    }

    fn has(&self, entry: &ObservedEntry) -> bool {
        let id = (entry.source.extractor.clone(), entry.source.source_id.clone());
        matches!(self.addresses.get(&id), Some(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playlist::{Availability, LiveStatus};

    const HOME: ProjectId = ProjectId::HOME;

    fn identities(key: u8) -> Identities {
        Identities::new(IdentityKey::from_bytes([key; IdentityKey::BYTES]))
    }

    fn source(extractor: &str, source_id: &str) -> ItemSource {
        ItemSource {
            extractor: extractor.to_owned(),
            source_id: source_id.to_owned(),
            url: "http://a.example/".to_owned(),
        }
    }

    fn episode(guid: &str, url: &str) -> ObservedEntry {
        ObservedEntry {
            index: 1,
            source: ItemSource { url: url.to_owned(), ..source("generic", guid) },
            id_scope: IdScope::List,
            title: None,
            duration_ms: None,
            availability: Availability::Available,
            live_status: LiveStatus::NotLive,
            published_at: None,
        }
    }

    fn list(path: &str) -> PlaylistId {
        identities(1).playlist(HOME, &format!("http://a.example/{path}").parse().unwrap())
    }

    fn named(list: PlaylistId, entries: &[ObservedEntry]) -> Vec<ItemId> {
        let mut namesakes = Namesakes::default();
        for entry in entries {
            namesakes.see(entry);
        }
        entries.iter().map(|entry| identities(1).item_in(HOME, list, entry, &namesakes)).collect()
    }

    // The rule is for ever: whoever changes it loses every list and every item.
    #[test]
    fn the_rule_is_what_it_was() {
        let address: Address = "http://a.example/feed.xml".parse().unwrap();
        let id = identities(1).playlist(HOME, &address);
        assert_eq!(id.to_string(), "playlist-b17b561c-984e-8a96-ba13-264694412ad6");
        assert_eq!((id.uuid().get_version_num(), id.uuid().get_variant()), (8, uuid::Variant::RFC4122));
    }

    #[test]
    fn another_installation_and_another_project_have_other_ids() {
        let address: Address = "http://a.example/feed.xml".parse().unwrap();
        let other = ProjectId::from_uuid(Uuid::from_u128(7));
        assert_ne!(identities(1).playlist(HOME, &address), identities(2).playlist(HOME, &address));
        assert_ne!(identities(1).playlist(HOME, &address), identities(1).playlist(other, &address));
        let item = source("youtube", "x");
        assert_ne!(identities(1).item(HOME, &item), identities(1).item(other, &item));
        assert_ne!(identities(1).reservation(HOME, "k"), identities(1).reservation(other, "k"));
        assert_ne!(identities(1).local_worker(Uuid::nil()), identities(2).local_worker(Uuid::nil()));
    }

    #[test]
    fn parts_are_told_apart_whatever_they_contain() {
        let ids = identities(1);
        assert_ne!(ids.item(HOME, &source("ab", "c")), ids.item(HOME, &source("a", "bc")));
        assert_ne!(ids.item(HOME, &source("a\u{1f}b", "c")), ids.item(HOME, &source("a", "b\u{1f}c")));
        let event = EventId::from_uuid(Uuid::from_u128(9));
        let command = CommandId::from_uuid(event.uuid());
        assert_ne!(ids.command(event, "s").uuid(), ids.job(command, "s").uuid(), "kinds are apart, too");
    }

    #[test]
    fn only_the_case_of_ascii_is_nothing_in_an_extractor_and_all_of_it_counts_in_an_id() {
        let item = |extractor, id| identities(1).item(HOME, &source(extractor, id));
        assert_eq!(item("Youtube", "a"), item("youtube", "a"));
        assert_ne!(item("youtube", "a"), item("youtube", "A"));
        assert_ne!(item("\u{212a}", "a"), item("k", "a"), "the sign for kelvin is k in Unicode's table");
    }

    // Field 02 (a): two shows, both with the guids 1, 2, 3.
    #[test]
    fn a_guid_counts_within_its_feed() {
        let entries = ["1", "2", "3"].map(|guid| episode(guid, "http://a.example/m.mp3"));
        let mut items = named(list("one"), &entries);
        items.extend(named(list("two"), &entries));
        items.sort_unstable();
        items.dedup();
        assert_eq!(items.len(), 6);
    }

    // Field 02 (b), black box 11: one guid for every episode.
    #[test]
    fn one_guid_for_several_media_is_several_items() {
        let entries = ["a", "b", "c"].map(|name| episode("episode", &format!("http://a.example/{name}.mp3")));
        let items = named(list("one"), &entries);
        assert!(items[0] != items[1] && items[1] != items[2] && items[0] != items[2]);
        assert_eq!(named(list("one"), &entries[1..])[1], items[2], "the look's other rows don't matter");
    }

    // Field 01: the token in an enclosure's address changes every day.
    #[test]
    fn a_guid_under_a_new_address_is_the_same_item() {
        let before = named(list("one"), &[episode("1", "http://a.example/1.mp3?token=A")]);
        assert_eq!(named(list("one"), &[episode("1", "http://a.example/1.mp3?token=B")]), before);
    }

    #[test]
    fn a_site_s_own_id_is_one_item_in_every_list() {
        let entry = ObservedEntry { id_scope: IdScope::Source, ..episode("x", "http://a.example/x") };
        assert_eq!(named(list("one"), std::slice::from_ref(&entry)), named(list("two"), &[entry]));
    }

    #[test]
    fn a_download_is_an_item_and_a_wish() {
        let ids = identities(1);
        let item = ids.item(HOME, &source("youtube", "x"));
        let (best, low) = (Wish::Video { height_max: None }, Wish::Video { height_max: Some(720) });
        let mut found =
            [ids.download(item, best), ids.download(item, low), ids.download(item, Wish::Audio)].to_vec();
        found.push(ids.archived(item));
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|download| download.uuid() != item.uuid()));
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", identities(0xAB)), "Identities { key: IdentityKey }");
    }
}
