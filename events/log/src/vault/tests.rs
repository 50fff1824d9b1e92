//! A vault before a real log in a folder of the test.

mod keys;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use mediary_events::secret::{
    Ask,
    ask::{Delete, Rotate, Set},
};
use mediary_schema::{DataKeyId, SealedId, SecretId, account::Role};
use tempfile::TempDir;
use uuid::Uuid;

use super::{KEY_FILE, Place, Put, VALUE_BYTES_MAX, Value, Vault, VaultError};
use crate::{
    gate::{Answer, Gate, Options, Refusal, Transaction},
    testing,
    work::secret::{Told, tell},
};

/// A value that stands nowhere else.
const VALUE: &str = "hunter2-correct-horse";
const OTHER: &str = "another-battery-staple";

fn place(secret: u128, key: u128, sealed: u128) -> Place {
    Place {
        secret_id: SecretId::from_uuid(Uuid::from_u128(secret)),
        data_key_id: DataKeyId::from_uuid(Uuid::from_u128(key)),
        sealed_id: SealedId::from_uuid(Uuid::from_u128(sealed)),
    }
}

/// A gate, its folder and its vault.
struct World {
    folder: TempDir,
    gate: Gate,
    vault: Vault,
}

impl World {
    fn new() -> Self {
        Self::at(TempDir::new().unwrap())
    }

    fn at(folder: TempDir) -> Self {
        let gate = testing::gate(folder.path()).unwrap();
        let vault = Vault::start(gate.log(), folder.path(), None).unwrap();
        Self { folder, gate, vault }
    }

    /// As if the process had been killed: what is on the disk is all that is left.
    async fn again(self) -> Self {
        let Self { folder, gate, vault } = self;
        drop(vault);
        gate.log().clone().close().await;
        drop(gate);
        Self::at(folder)
    }

    async fn ask(&self, number: u128, asked: Ask, value: &str) -> Result<Answer<Told>, Refusal> {
        let (vault, value) = (self.vault.clone(), Value::from(value));
        let caller = testing::person(Role::Owner, number);
        let told = move |asked: &Ask, story: &mut Transaction<'_>| tell(asked, story, &vault, &value);
        let answer = self.gate.ask_beside(caller, asked, Options::default(), told).await?;
        self.vault.reached(answer.position).await;
        Ok(answer)
    }

    async fn set(&self, number: u128, name: &str, value: &str) -> SecretId {
        self.ask(number, Ask::Set(Set { name: name.to_owned() }), value)
            .await
            .unwrap()
            .told
            .secret_id
            .unwrap()
    }

    async fn delete(&self, number: u128, secret_id: SecretId) -> Told {
        self.ask(number, Ask::Delete(Delete { secret_id }), "").await.unwrap().told
    }

    fn opened(&self, id: SecretId) -> Option<String> {
        self.vault.open(id).unwrap().map(|value| String::from_utf8(value.reveal().to_vec()).unwrap())
    }

    fn names(&self) -> Vec<String> {
        names(&self.folder.path().join("vault"))
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join(KEY_FILE)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn ends(names: &[String]) -> Vec<&str> {
    let mut ends: Vec<_> = names.iter().map(|name| name.rsplit('.').next().unwrap()).collect();
    ends.sort_unstable();
    ends
}

/// Every file below a folder that has a text in it.
fn having(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(having(&path, text));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn code(refusal: &Refusal) -> &'static str {
    refusal.code()
}

// SE-10.
// invariant: S-4
#[tokio::test]
async fn a_value_is_kept_sealed_and_opens_only_inside() {
    let world = World::new();
    assert!(!world.key_file().exists(), "who keeps nothing has no key");
    let id = world.set(1, "tube", VALUE).await;
    assert_eq!(world.opened(id).unwrap(), VALUE);
    assert_eq!(format!("{:?} {:?}", world.vault.open(id).unwrap().unwrap(), world.vault), "*** Vault");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.key_file()), 0o600);
    assert_eq!(mode(&world.folder.path().join("vault")), 0o700);
    assert_eq!(ends(&world.names()), ["key", "sealed"]);
    assert_eq!(having(world.folder.path(), VALUE), Vec::<PathBuf>::new());
    let world = world.again().await;
    assert_eq!(world.opened(id).unwrap(), VALUE);
}

// invariant: S-5
#[test]
fn what_is_sealed_opens_as_nothing_else() {
    let folder = TempDir::new().unwrap();
    let log = testing::gate(folder.path()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let vault = Vault::start(log.log(), folder.path(), None).unwrap();
    let (mine, yours) = (place(1, 2, 3), place(4, 2, 5));
    assert_eq!(vault.put(mine, &VALUE.into()).unwrap(), Put::Done);
    assert_eq!(vault.put(yours, &OTHER.into()).unwrap(), Put::Done);
    let path = |place: Place| {
        let name = format!("{}.{}.pending", place.data_key_id.uuid(), place.sealed_id.uuid());
        folder.path().join("vault").join(name)
    };
    // Of one key, under the name of another.
    fs::copy(path(mine), path(yours)).unwrap();
    assert!(matches!(vault.has_another(yours, &OTHER.into()), Err(VaultError::Unopened)));
    assert!(!vault.has_another(mine, &VALUE.into()).unwrap());
    // One bit is enough.
    let mut bytes = fs::read(path(mine)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path(mine), bytes).unwrap();
    assert!(matches!(vault.has_another(mine, &VALUE.into()), Err(VaultError::Unopened)));
    // A wrapped key under the name of another one.
    let keys = |key: u128| folder.path().join(format!("vault/{}.key", Uuid::from_u128(key)));
    fs::copy(keys(2), keys(9)).unwrap();
    assert!(matches!(vault.put(place(1, 9, 3), &VALUE.into()), Err(VaultError::Unopened)));
}

// invariant: S-6
#[tokio::test]
async fn what_is_killed_between_the_vault_and_the_log_leaves_neither_half() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    let before = world.names();
    // Killed after the value was put there, before its event: of the secret, and of one that was never there.
    let known = world.vault.lock().known.place(id).unwrap();
    let next = Place { sealed_id: SealedId::from_uuid(Uuid::from_u128(7)), ..known };
    world.vault.put(next, &OTHER.into()).unwrap();
    world.vault.put(place(8, 8, 8), &OTHER.into()).unwrap();
    fs::write(world.folder.path().join("vault/half.new"), "x").unwrap();
    assert_eq!(world.names().len(), 6);
    let world = world.again().await;
    assert_eq!(world.names(), before);
    assert_eq!(world.opened(id).unwrap(), VALUE);
    // Killed after the event, before the vault followed.
    let name = |stage: &str| {
        let file = format!("{}.{}.{stage}", known.data_key_id.uuid(), known.sealed_id.uuid());
        world.folder.path().join("vault").join(file)
    };
    fs::rename(name("sealed"), name("pending")).unwrap();
    assert_eq!(world.opened(id).unwrap(), VALUE);
    let world = world.again().await;
    assert_eq!((world.names(), world.opened(id).unwrap()), (before, VALUE.to_owned()));
}

// invariant: S-6
#[tokio::test]
async fn what_the_log_does_not_know_is_destroyed_by_nobody() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    let folder = world.folder.path().join("vault");
    let there = world.names();
    // The log of another day, before the secret was set.
    let aside = TempDir::new().unwrap();
    let other = testing::gate(aside.path()).unwrap();
    fs::create_dir(aside.path().join("vault")).unwrap();
    for name in &there {
        fs::copy(folder.join(name), aside.path().join("vault").join(name)).unwrap();
    }
    fs::copy(world.key_file(), aside.path().join(KEY_FILE)).unwrap();
    let vault = Vault::start(other.log(), aside.path(), None).unwrap();
    assert_eq!(names(&aside.path().join("vault")), there);
    assert!(vault.open(id).unwrap().is_none(), "but nobody is given what no event names");
}

// invariant: S-7
#[tokio::test]
async fn what_is_replaced_or_deleted_is_destroyed() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    assert_eq!(world.set(2, "tube", OTHER).await, id);
    assert_eq!(ends(&world.names()), ["key", "sealed"], "the one before is gone");
    assert_eq!(world.opened(id).unwrap(), OTHER);
    let other = world.set(3, "plex", VALUE).await;
    let told = world.delete(4, id).await;
    assert!(!world.vault.has_key(told.destroyed.unwrap()));
    assert!(!told.out_of_reach.is_empty());
    assert_eq!((world.opened(id), world.opened(other).unwrap()), (None, VALUE.to_owned()));
    // A copy of what was sealed is worth nothing without its key, whatever is set under the name later.
    assert_eq!(world.set(5, "tube", OTHER).await, id);
    let key = world.vault.lock().known.place(id).unwrap().data_key_id;
    assert_ne!(Some(key), told.destroyed);
}

// invariant: S-6
#[tokio::test]
async fn what_is_heard_again_after_a_fault_destroys_nothing() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    world.set(2, "tube", OTHER).await;
    let events = world.gate.log().read(&crate::log::Read::forward(1)).unwrap();
    {
        let mut held = world.vault.lock();
        for event in &events {
            held.known.fold(event);
        }
        held.store.settle(&held.known, false).unwrap();
    }
    assert_eq!(world.opened(id).unwrap(), OTHER);
}

// invariant: S-7
#[tokio::test]
async fn what_was_deleted_before_a_crash_is_destroyed_after_it() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    let folder = world.folder.path().join("vault");
    let copies: Vec<_> = world
        .names()
        .into_iter()
        .map(|name| (fs::read(folder.join(&name)).unwrap(), folder.join(name)))
        .collect();
    world.delete(2, id).await;
    assert_eq!(world.names(), Vec::<String>::new());
    for (bytes, path) in copies {
        fs::write(path, bytes).unwrap();
    }
    let world = world.again().await;
    assert_eq!((world.names(), world.opened(id)), (Vec::new(), None));
}

// invariant: S-4
#[tokio::test]
async fn a_command_that_is_repeated_keeps_its_value_and_takes_no_other() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    assert_eq!(world.set(1, "tube", VALUE).await, id);
    let refused = world.ask(1, Ask::Set(Set { name: "tube".to_owned() }), OTHER).await.unwrap_err();
    assert_eq!(code(&refused), "COMMAND_ID_REUSED");
    assert_eq!(world.opened(id).unwrap(), VALUE);
    // Of a command that is not recorded yet.
    let sealed_id = world.gate.identities().sealed(testing::person(Role::Owner, 2).command_id);
    let known = world.vault.lock().known.place(id).unwrap();
    world.vault.put(Place { sealed_id, ..known }, &VALUE.into()).unwrap();
    let before = world.gate.log().head().position;
    let refused = world.ask(2, Ask::Set(Set { name: "tube".to_owned() }), OTHER).await.unwrap_err();
    assert_eq!(code(&refused), "COMMAND_ID_REUSED");
    assert_eq!(world.gate.log().head().position, before);
}

// invariant: S-4
#[tokio::test]
async fn what_is_refused_or_only_tried_leaves_nothing_in_the_vault() {
    let world = World::new();
    let before = world.gate.log().head().position;
    let set = |name: &str| Ask::Set(Set { name: name.to_owned() });
    for (name, value, expected) in [
        ("", VALUE, "SECRET_BAD_NAME"),
        ("tube", "", "SECRET_BAD_VALUE"),
        ("tube", &"x".repeat(VALUE_BYTES_MAX + 1), "SECRET_BAD_VALUE"),
    ] {
        assert_eq!(code(&world.ask(1, set(name), value).await.unwrap_err()), expected);
    }
    let caller = testing::person(Role::Editor, 1);
    let vault = world.vault.clone();
    let told = move |asked: &Ask, story: &mut Transaction<'_>| tell(asked, story, &vault, &VALUE.into());
    let refused = world.gate.ask_beside(caller, set("tube"), Options::default(), told).await.unwrap_err();
    assert_eq!(code(&refused), "FORBIDDEN");
    // A door that carries commands carries no value.
    let caller = testing::person(Role::Owner, 1);
    let refused = world.gate.ask(caller, set("tube"), Options::default()).await.unwrap_err();
    assert_eq!(code(&refused), "SECRET_NO_VALUE");
    let vault = world.vault.clone();
    let told = move |asked: &Ask, story: &mut Transaction<'_>| tell(asked, story, &vault, &VALUE.into());
    let options = Options { dry_run: true, ..Options::default() };
    let answer = world.gate.ask_beside(caller, set("tube"), options, told).await.unwrap();
    let plan = answer.dry_run.unwrap();
    assert_eq!(plan.events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["secret.set"]);
    assert!(!serde_json::to_string(&plan).unwrap().contains("hunter2"));
    assert_eq!((world.gate.log().head().position, world.names()), (before, Vec::new()));
    assert!(!world.key_file().exists());
}

// SE-10.
// invariant: S-7
#[tokio::test]
async fn the_chain_verifies_after_what_it_named_is_destroyed() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    world.delete(2, id).await;
    let head = world.gate.log().head().position;
    let World { folder, gate, vault } = world;
    drop(vault);
    gate.log().clone().close().await;
    drop(gate);
    let report = crate::log::verify(folder.path(), None).unwrap();
    assert_eq!((report.last_position, report.erased), (head, 0));
    assert_eq!(having(folder.path(), VALUE), Vec::<PathBuf>::new());
}
