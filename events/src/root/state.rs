use mediary_schema::root::{Folder, RootId, RootKind};

use super::Event;

/// A root that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub id: RootId,
    /// What it is there for.
    pub kind: RootKind,
    /// What people call it.
    pub name: String,
    /// Where it lies.
    pub folder: Folder,
    /// Whether it was not there when somebody looked last.
    pub is_away: bool,
}

/// The roots of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// In the order in which they were registered.
    pub roots: Vec<Registered>,
}

impl State {
    /// The root of this id.
    pub fn root(&self, id: RootId) -> Option<&Registered> {
        self.roots.iter().find(|root| root.id == id)
    }

    /// The root in which a folder lies and the way to it from there. Of several that lie in each other it is the
    /// innermost, so that each folder is in one.
    pub fn of_folder<'a>(&self, folder: &'a Folder) -> Option<(&Registered, &'a str)> {
        let holding = self.roots.iter().filter_map(|root| Some((root, root.folder.way_to(folder)?)));
        holding.min_by_key(|(_, way)| way.len())
    }

    fn change(&mut self, id: RootId, change: impl FnOnce(&mut Registered)) {
        if let Some(root) = self.roots.iter_mut().find(|root| root.id == id) {
            change(root);
        }
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Added { root_id, kind, name, folder } => {
                let (name, folder) = (name.clone(), folder.clone());
                self.roots.push(Registered { id: *root_id, kind: *kind, name, folder, is_away: false });
            }
            Event::Moved { root_id, folder } => {
                self.change(*root_id, |root| root.folder = folder.clone());
            }
            Event::WentAway { root_id } => self.change(*root_id, |root| root.is_away = true),
            Event::CameBack { root_id } => self.change(*root_id, |root| root.is_away = false),
        }
    }
}
