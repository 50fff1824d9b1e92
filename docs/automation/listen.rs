//! Hears events over NATS, each once and in their order.
//!
//!     MEDIARY_NATS=nats://automation:PASSWORD@127.0.0.1:PORT listen [AFTER] [UNTIL-KIND]
//!
//! Prints a line for each event: its position and its kind. Ends once it has heard an event of UNTIL-KIND, if one is
//! named. What the stream has lost is in the log: `docs/nats.md` says how to go on there.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it is an example, a program of its own"
)]

use std::error::Error;

use async_nats::{
    ConnectOptions,
    jetstream::{self, consumer::pull},
};
use futures::StreamExt as _;

const STREAM: &str = "MEDIARY_EVENTS";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut done: u64 = arguments.next().unwrap_or_default().parse().unwrap_or(0);
    let until_kind = arguments.next();

    let address = std::env::var("MEDIARY_NATS")?;
    let (user, server) = address.trim_start_matches("nats://").rsplit_once('@').ok_or("it names no user")?;
    let (user, password) = user.split_once(':').ok_or("it has no password")?;
    let options = ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned());
    let stream = jetstream::new(options.connect(server).await?).get_stream(STREAM).await?;
    let mut messages = stream.create_consumer(pull::OrderedConfig::default()).await?.messages().await?;

    while let Some(message) = messages.next().await {
        let message = message?;
        let header = |name: &str| message.headers.as_ref()?.get(name).map(|value| value.as_str().to_owned());
        let position: u64 = header("Mediary-Position").ok_or("it has no position")?.parse()?;
        if position <= done {
            // Told a second time, which may happen at any time.
            continue;
        }
        if position > done + 1 {
            println!("{} to {} are in the log only", done + 1, position - 1);
        }
        let kind = header("Mediary-Kind").unwrap_or_default();
        println!("{position} {kind}");
        // Whoever does something with an event stores this number together with what he did.
        done = position;
        if until_kind.as_ref() == Some(&kind) {
            break;
        }
    }
    Ok(())
}
