//! Prints the schema, for `ops/contracts`.
//!
//! The command line is built from the published schema: what renews that must be built without a command line.

#[expect(clippy::print_stdout, reason = "what it prints is what it is for")]
fn main() {
    print!("{}", mediary_api::sdl());
}
