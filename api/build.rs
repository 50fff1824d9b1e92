//! Makes the crate compile before the page is built, and again after.

use std::{fs, io};

fn main() -> io::Result<()> {
    // The server then answers how to build it; see `server::page`.
    fs::create_dir_all("web/dist")?;
    println!("cargo::rerun-if-changed=web/dist");
    Ok(())
}
