//! Files that a verb reads, whole.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use super::failure::Failure;

/// The text of a file that was named; `-` is stdin.
pub(crate) fn text_of(file: &Path) -> Result<String, Failure> {
    read(file).map_err(Failure::file("reading", file))
}

fn read(file: &Path) -> io::Result<String> {
    if file != Path::new("-") {
        return fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
