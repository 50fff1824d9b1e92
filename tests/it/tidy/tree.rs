//! The files of the repository as a value, so that a rule can be asked about any of them, real or made up.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use proc_macro2::Span;

/// Files by their path from the root, with `/`; the text is none if a file is not text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, Option<String>>,
    ignored: Ignored,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Broken {
    pub(super) fn file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, message: message.into() }
    }

    pub(super) fn line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), message: message.into() }
    }

    pub(super) fn at(path: &str, span: Span, message: impl Into<String>) -> Self {
        Self::line(path, span.start().line, message)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.message),
            None => write!(formatter, "{}: {}", self.path, self.message),
        }
    }
}

impl Tree {
    /// The root of the repository.
    pub(super) fn root() -> PathBuf {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        tests.parent().expect("the crate is a folder of the workspace").to_owned()
    }

    /// All files that are or could be committed.
    pub(super) fn of_the_repository() -> Self {
        let root = Self::root();
        let gitignore = fs::read_to_string(root.join(".gitignore")).expect(".gitignore is committed");
        let mut tree = Self { files: BTreeMap::new(), ignored: Ignored::parse(&gitignore) };
        tree.read(&root, "");
        assert!(tree.text("Cargo.toml").is_some(), "{} is not the root of the workspace", root.display());
        tree
    }

    /// A made-up tree.
    pub(super) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), Some(text.to_owned())));
        Self { files: files.collect(), ignored: Ignored::default() }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// All text files.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// All Rust files, with their text.
    pub(super) fn rust_files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts()
            .filter(|(path, _)| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
    }

    /// The paths below a folder, without it.
    pub(super) fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{folder}/");
        self.paths().filter_map(move |path| path.strip_prefix(prefix.as_str()))
    }

    fn read(&mut self, folder: &Path, prefix: &str) {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let entry = entry.expect("a folder of the repository can be listed");
            let name = entry.file_name().into_string().expect("file names are UTF-8");
            let path = format!("{prefix}{name}");
            if self.ignored.matches(&path, &name) {
                continue;
            }
            let kind = entry.file_type().expect("a listed file has a type");
            if kind.is_dir() {
                self.read(&entry.path(), &format!("{path}/"));
            } else if kind.is_file() {
                // A file that another test or an editor has just removed is not there.
                if let Ok(bytes) = fs::read(entry.path()) {
                    self.files.insert(path, String::from_utf8(bytes).ok());
                }
            }
        }
    }
}

/// What `.gitignore` says: whole paths from the root (`/data`), and endings (`*.log`).
#[derive(Debug, Default)]
struct Ignored {
    paths: Vec<String>,
    endings: Vec<String>,
}

impl Ignored {
    fn parse(gitignore: &str) -> Self {
        let mut ignored = Self::default();
        for line in gitignore.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(path) = line.strip_prefix('/') {
                ignored.paths.push(path.trim_end_matches('/').to_owned());
            } else if let Some(ending) = line.strip_prefix('*') {
                ignored.endings.push(ending.to_owned());
            } else {
                panic!(".gitignore: write {line:?} as /path or *.ending, which tidy understands");
            }
        }
        ignored
    }

    fn matches(&self, path: &str, name: &str) -> bool {
        name == ".git"
            || self.paths.iter().any(|ignored| ignored == path)
            || self.endings.iter().any(|ending| name.ends_with(ending.as_str()))
    }
}

/// Reads a file as Rust. One that can't be read breaks every rule that wanted to.
pub(super) fn parse(path: &str, text: &str) -> Result<syn::File, Broken> {
    syn::parse_file(text)
        .map_err(|error| Broken::at(path, error.span(), format!("can't be read as Rust: {error}")))
}

/// The messages of a rule about a made-up tree.
pub(super) fn messages<'a>(
    rule: fn(&Tree) -> Vec<Broken>,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    rule(&Tree::of(files)).iter().map(ToString::to_string).collect()
}

/// Expects that a made-up tree breaks a rule once, and that the message starts so.
#[track_caller]
pub(super) fn breaks<'a>(
    rule: fn(&Tree) -> Vec<Broken>,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    start: &str,
) {
    let messages = messages(rule, files);
    assert!(
        matches!(messages.as_slice(), [one] if one.starts_with(start)),
        "{start:?} expected: {messages:#?}"
    );
}

/// Expects that a made-up tree keeps a rule.
#[track_caller]
pub(super) fn keeps<'a>(rule: fn(&Tree) -> Vec<Broken>, files: impl IntoIterator<Item = (&'a str, &'a str)>) {
    assert_eq!(messages(rule, files), Vec::<String>::new());
}

#[test]
fn ignored_files_are_those_of_gitignore() {
    let ignored = Ignored::parse("/target\n/api/web/dist\n*.log\n");
    assert!(ignored.matches("target", "target"));
    assert!(ignored.matches("api/web/dist", "dist"));
    assert!(ignored.matches("ops/x.log", "x.log"));
    assert!(!ignored.matches("ops/dist", "dist"));
    assert!(!ignored.matches("events/src/log", "log"));
}
