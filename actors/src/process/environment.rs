//! What a child may know of our environment.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// The variables that children inherit: an allow-list, since ours may hold secrets.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Vec<(OsString, OsString)>,
}

impl Environment {
    /// Names of the variables that a child may inherit.
    ///
    /// No proxy is among them: what fetches goes out by the gateway (`crate::net`), and the rest doesn't fetch.
    pub const INHERITED: [&'static str; 6] =
        ["PATH", "HOME", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// Keeps what a child may inherit of `variables`, which `ops` reads from the system.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut kept: Vec<_> = variables
            .into_iter()
            .filter(|(name, _)| Self::INHERITED.iter().any(|inherited| name == inherited))
            .collect();
        // Texts of tools are classified, so they must not depend on the owner's language.
        kept.push(("LANG".into(), "C.UTF-8".into()));
        Self { variables: kept }
    }

    /// The variables, with `LANG=C.UTF-8`.
    pub fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.variables.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The folders of `PATH`, in order; empty and relative ones are left out.
    pub fn path_folders(&self) -> Vec<PathBuf> {
        let path = self.variables().find(|(name, _)| *name == "PATH").map(|(_, value)| value);
        path.map(|path| std::env::split_paths(path).filter(|folder| Path::is_absolute(folder)).collect())
            .unwrap_or_default()
    }
}
