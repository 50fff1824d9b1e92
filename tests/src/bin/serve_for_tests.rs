//! Serves by a configuration file until it is stopped or killed: the victim of `it/crash.rs`.
//!
//! `serve_for_tests FILE`

use mediary::{
    configuration::{self, Overrides},
    serve,
};

#[tokio::main]
async fn main() -> miette::Result<()> {
    mediary::provide_tls();
    let config = std::env::args_os().nth(1).map(Into::into);
    let overrides = Overrides { config, ..Overrides::default() };
    let configuration = configuration::load(&overrides).map_err(|error| *error)?;
    Ok(serve::run(configuration).await?)
}
