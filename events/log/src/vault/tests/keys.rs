//! What the master key goes through.

use super::*;

// invariant: S-8
#[tokio::test]
async fn a_rotation_wraps_all_keys_by_another_one() {
    let world = World::new();
    let (tube, plex) = (world.set(1, "tube", VALUE).await, world.set(2, "plex", OTHER).await);
    let old = fs::read_to_string(world.key_file()).unwrap();
    let told = world.ask(3, Ask::Rotate(Rotate {}), "").await.unwrap().told;
    let new = fs::read_to_string(world.key_file()).unwrap();
    assert_eq!((old.lines().count(), new.lines().count()), (1, 1));
    assert_ne!(old, new);
    assert!(told.master_key_id.is_some());
    assert_eq!(
        (world.opened(tube).unwrap(), world.opened(plex).unwrap()),
        (VALUE.to_owned(), OTHER.to_owned())
    );
    // The key of before opens nothing any more.
    fs::write(world.key_file(), &old).unwrap();
    assert!(matches!(world.vault.open(tube), Err(VaultError::OfAnotherKey)));
    fs::write(world.key_file(), &new).unwrap();
    let world = world.again().await;
    assert_eq!(world.opened(tube).unwrap(), VALUE);
}

// invariant: S-8
#[tokio::test]
async fn a_rotation_that_was_killed_goes_on_with_the_next_start() {
    let world = World::new();
    let (tube, plex) = (world.set(1, "tube", VALUE).await, world.set(2, "plex", OTHER).await);
    let folder = world.folder.path().join("vault");
    let old = fs::read_to_string(world.key_file()).unwrap();
    let names = world.names();
    let key_of_plex = names.iter().rfind(|name| name.ends_with("key")).unwrap();
    let wrapped_before = fs::read(folder.join(key_of_plex)).unwrap();
    world.vault.rotate(&[5; 32]).unwrap();
    // Killed when one of two was wrapped anew.
    let new = fs::read_to_string(world.key_file()).unwrap();
    fs::write(world.key_file(), format!("{new}{old}")).unwrap();
    fs::write(folder.join(key_of_plex), wrapped_before).unwrap();
    assert_eq!(
        (world.opened(tube).unwrap(), world.opened(plex).unwrap()),
        (VALUE.to_owned(), OTHER.to_owned())
    );
    let world = world.again().await;
    assert_eq!(fs::read_to_string(world.key_file()).unwrap(), new);
    assert_eq!(
        (world.opened(tube).unwrap(), world.opened(plex).unwrap()),
        (VALUE.to_owned(), OTHER.to_owned())
    );
    assert_eq!(
        world.vault.rotate(&[5; 32]).unwrap(),
        Vault::rotated_to(&[5; 32]),
        "and once more is the same"
    );
}

// invariant: S-9
#[tokio::test]
async fn a_key_file_that_others_may_read_or_that_is_gone_is_refused() {
    let world = World::new();
    let id = world.set(1, "tube", VALUE).await;
    for mode in [0o640, 0o604, 0o660, 0o620] {
        fs::set_permissions(world.key_file(), fs::Permissions::from_mode(mode)).unwrap();
        assert!(
            matches!(world.vault.open(id), Err(VaultError::KeyOpenToOthers { mode: found }) if found == mode)
        );
        let again = Vault::start(world.gate.log(), world.folder.path(), None).unwrap_err();
        assert!(matches!(again, VaultError::KeyOpenToOthers { .. }), "{mode:o}");
    }
    fs::set_permissions(world.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    let key = fs::read(world.key_file()).unwrap();
    fs::write(world.key_file(), "not a key").unwrap();
    assert!(matches!(world.vault.open(id), Err(VaultError::KeyMalformed)));
    fs::remove_file(world.key_file()).unwrap();
    // Another key is not made in its place.
    let refused = world.ask(2, Ask::Set(Set { name: "plex".to_owned() }), OTHER).await.unwrap_err();
    assert_eq!(code(&refused), "VAULT_KEY_REFUSED");
    assert!(matches!(Vault::look(world.folder.path(), None), Err(VaultError::KeyMissing)));
    assert!(!world.key_file().exists());
    // It may lie elsewhere.
    let elsewhere = TempDir::new().unwrap();
    let path = elsewhere.path().join("key");
    fs::write(&path, key).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let vault = Vault::start(world.gate.log(), world.folder.path(), Some(path)).unwrap();
    assert_eq!(vault.open(id).unwrap().unwrap().reveal(), VALUE.as_bytes());
}
