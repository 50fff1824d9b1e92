//! Where the programs are that `ops/run` and `ops/test` install: `.tools/bin` of the checkout.
//!
//! One finder for server, doctor, tests and benchmarks, so that a program which one of them finds is
//! found by all of them; and how long `ops/test` lets a test of chance go on. Not here: which programs there are, and what `PATH` and the configuration say.

use std::path::{Path, PathBuf};

/// The file that names the pinned tools: what makes a folder a checkout of this project.
const PINS: &str = "ops/tools.txt";

/// Where their programs are linked, seen from the checkout.
const PROGRAMS: &str = ".tools/bin";

/// The folder of the private tools, if the running program was built in a checkout that has them.
///
/// A program that was installed elsewhere has none: it must not run what happens to lie near it.
pub fn private_folder() -> Option<PathBuf> {
    let built = std::env::current_exe().ok();
    // A test whose target folder lies outside of the checkout is told by cargo where its crate is.
    let tested = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    [built, tested].into_iter().flatten().find_map(|start| folder_above(&start))
}

/// A private program that a test or a benchmark can't do without.
///
/// # Panics
/// If it is not installed, with the command that installs it.
pub fn required(program: &str) -> PathBuf {
    let place = private_folder().map(|folder| folder.join(program)).filter(|place| place.is_file());
    place.unwrap_or_else(|| panic!("{program} is not installed: `ops/test` installs it"))
}

/// How many rounds a test of chance goes: so many as in every run, or as `ops/test --long` says. Variables of tests don't
/// begin with `MEDIARY_`: a server that a test starts would take them for its configuration.
///
/// # Panics
/// If what `ops/test --long` said is no number.
#[expect(clippy::disallowed_methods, reason = "it is `ops/test` that says it, to tests only")]
pub fn rounds(in_every_run: u64) -> u64 {
    std::env::var("TEST_ROUNDS")
        .map_or(in_every_run, |rounds| rounds.parse().expect("TEST_ROUNDS is a number"))
}

/// Whether `ops/test` found that this machine lacks something and said so: without it such tests fail, and are not passed over
/// without a word.
#[expect(clippy::disallowed_methods, reason = "it is `ops/test` that says it, to tests only")]
pub fn is_left_out(what: &str) -> bool {
    std::env::var("TEST_LEFT_OUT").is_ok_and(|all| all.split(',').any(|one| one == what))
}

/// The programs of the checkout that `start` lies in.
fn folder_above(start: &Path) -> Option<PathBuf> {
    let checkout = start.ancestors().find(|folder| folder.join(PINS).is_file())?;
    let folder = checkout.join(PROGRAMS);
    folder.is_dir().then_some(folder)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A checkout with a program in it, and an executable deep below its build folder.
    fn checkout() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("ops")).unwrap();
        fs::write(root.path().join(PINS), "run yt-dlp==1\n").unwrap();
        fs::create_dir_all(root.path().join(PROGRAMS)).unwrap();
        let built = root.path().join("target/release/mediary");
        (root, built)
    }

    #[test]
    fn what_was_built_in_a_checkout_finds_its_tools() {
        let (root, built) = checkout();
        assert_eq!(folder_above(&built), Some(root.path().join(".tools/bin")));
        assert_eq!(folder_above(&root.path().join("target/debug/deps/it-1")), folder_above(&built));
    }

    #[test]
    fn without_installed_tools_there_is_no_folder() {
        let (root, built) = checkout();
        fs::remove_dir_all(root.path().join(".tools")).unwrap();
        assert_eq!(folder_above(&built), None);
    }

    #[test]
    fn a_program_elsewhere_runs_nothing_that_lies_near_it() {
        let (root, built) = checkout();
        fs::remove_file(root.path().join(PINS)).unwrap();
        assert_eq!(folder_above(&built), None);
    }

    #[test]
    fn these_tests_themselves_find_the_folder() {
        assert!(private_folder().is_some(), "`ops/test` installs the private tools");
    }
}
