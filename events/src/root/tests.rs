mod history;

use mediary_schema::root::{Folder, RootId, RootKind};
use uuid::Uuid;

use super::{Command, Event, Rejection, Root, State};
use crate::{Concern as _, testing::given};

const IN: RootId = RootId::from_uuid(Uuid::from_u128(7));
const OTHER: RootId = RootId::from_uuid(Uuid::from_u128(8));

fn folder(path: &str) -> Folder {
    path.parse().unwrap()
}

fn add(root_id: RootId, path: &str, is_owners_machine: bool) -> Command {
    let (name, folder) = (folder(path).name().to_owned(), folder(path));
    Command::Add { root_id, kind: RootKind::Watch, name, folder, is_owners_machine }
}

fn added(root_id: RootId, path: &str) -> Event {
    Event::Added {
        root_id,
        kind: RootKind::Watch,
        name: folder(path).name().to_owned(),
        folder: folder(path),
    }
}

fn library(path: &str) -> Event {
    let (kind, name) = (RootKind::Library, "library".to_owned());
    Event::Added { root_id: RootId::LIBRARY, kind, name, folder: folder(path) }
}

// invariant: F-16
#[test]
fn a_folder_outside_of_every_root_is_named_on_the_servers_own_machine_only() {
    let known = || [library("/srv/media")];
    given::<Root>(known()).when(add(IN, "/srv/in", true)).then([added(IN, "/srv/in")]);
    given::<Root>(known()).when(add(IN, "/srv/in", false)).rejected(&Rejection::Outside);
    given::<Root>(known()).when(add(IN, "/srv/media2", false)).rejected(&Rejection::Outside);
    given::<Root>(known()).when(add(IN, "/srv/media/in", false)).then([added(IN, "/srv/media/in")]);
}

#[test]
fn a_folder_and_a_name_are_had_once() {
    given::<Root>([added(IN, "/srv/in")]).when(add(OTHER, "/srv/in", true)).then([]);
    let name = || "in".to_owned();
    let taken = Rejection::NameTaken { name: name() };
    given::<Root>([added(IN, "/srv/in")]).when(add(OTHER, "/mnt/in", true)).rejected(&taken);
    let (kind, folder) = (RootKind::Library, folder("/srv/in"));
    let other = Command::Add { root_id: OTHER, kind, name: name(), folder, is_owners_machine: true };
    given::<Root>([added(IN, "/srv/in")]).when(other).rejected(&Rejection::FolderTaken { name: name() });
    given::<Root>([])
        .when(add(IN, "/srv/library", true))
        .rejected(&Rejection::NameTaken { name: "library".to_owned() });
    given::<Root>([]).when(add(IN, "/srv/root-1", true)).rejected(&Rejection::BadName);
}

#[test]
fn the_library_is_the_same_wherever_it_lies() {
    let configure = |path| Command::Configure { folder: folder(path) };
    given::<Root>([]).when(configure("/srv/media")).then([library("/srv/media")]);
    given::<Root>([library("/srv/media")]).when(configure("/srv/media")).then([]);
    let moved = Event::Moved { root_id: RootId::LIBRARY, folder: folder("/mnt/media") };
    given::<Root>([library("/srv/media")]).when(configure("/mnt/media")).then([moved]);
    let taken = Rejection::FolderTaken { name: "in".to_owned() };
    given::<Root>([added(IN, "/srv/in")]).when(configure("/srv/in")).rejected(&taken);
}

#[test]
fn that_a_root_is_away_is_said_once_and_so_is_that_it_is_back() {
    let look = |root_id, is_there| Command::Look { root_id, is_there };
    let (gone, back) = (Event::WentAway { root_id: IN }, Event::CameBack { root_id: IN });
    let known = || added(IN, "/srv/in");
    given::<Root>([known()]).when(look(IN, true)).then([]);
    given::<Root>([known()]).when(look(IN, false)).then([gone.clone()]);
    given::<Root>([known(), gone.clone()]).when(look(IN, false)).then([]);
    given::<Root>([known(), gone.clone()]).when(look(IN, true)).then([back.clone()]);
    given::<Root>([known(), gone, back]).when(look(IN, true)).then([]);
    given::<Root>([known()]).when(look(OTHER, true)).rejected(&Rejection::NotFound { root_id: OTHER });
}

// Two that were registered at the same moment may lie in each other: what lies in both is in one.
#[test]
fn of_roots_in_each_other_a_folder_is_in_the_innermost() {
    let mut state = State::default();
    for event in [added(OTHER, "/srv/media/in"), library("/srv/media")] {
        Root::evolve(&mut state, &event);
    }
    let of = |path| {
        let folder = folder(path);
        state.of_folder(&folder).map(|(root, way)| (root.id, way.to_owned()))
    };
    assert_eq!(of("/srv/media/in/new"), Some((OTHER, "new".to_owned())));
    assert_eq!(of("/srv/media/inner"), Some((RootId::LIBRARY, "inner".to_owned())));
    assert_eq!(of("/srv"), None);
}
