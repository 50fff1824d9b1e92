//! `mediary`: the one binary. Everything that it does is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mediary::commands::main().into()
}
