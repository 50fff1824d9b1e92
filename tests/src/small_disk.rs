use std::path::Path;

use tempfile::TempDir;

/// A disk that is full soon: a file system in memory, gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one; none if `ops/test` left out what needs one, and said so.
    pub fn mount(bytes: u64) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        let size = format!("size={bytes}");
        if run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs"], disk.path()) {
            return Some(disk);
        }
        assert!(
            mediary_tools::is_left_out("small-disk"),
            "only root may mount a small disk; `ops/test` leaves such tests out and says so"
        );
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What still has a file open there keeps it until it ends. If nothing is mounted, nothing is lost.
        run("umount", &["--lazy"], self.folder.path());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own programs; nothing of the platform runs them"
)]
fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let output = std::process::Command::new(program).args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}
