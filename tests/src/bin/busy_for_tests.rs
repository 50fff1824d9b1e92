//! Serves with much to do until it is stopped: what the browser's tests of large numbers look at.
//!
//! `busy_for_tests FOLDER JOBS SIGNALS`
//!
//! So many downloads are in its queue, of lists of a thousand. Those that run never end, and tell how far they are, `SIGNALS`
//! times a second each. It says on stdout where it serves.

use std::{
    io::{self, Write as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary::{
    configuration::{Configuration, NatsMode},
    environment::Signals,
    serve::{self, Surroundings},
};
use mediary_actors::workspace::{Finish, Hands, Outcome, Space};
use mediary_benches::world::{self, List};
use mediary_log::gate::{Gate, Refusal};
use mediary_schema::job::{Progress, ResourceUse, Work};
use tokio::{
    runtime::Runtime,
    time::{MissedTickBehavior, interval},
};

/// Downloads of one list.
const LIST: u32 = 1_000;
/// What each has to fetch, and fetches between two words of it.
const BYTES: u64 = 1 << 30;
const STEP_BYTES: u32 = 1 << 16;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    mediary::provide_tls();
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(jobs), Some(signals)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: busy_for_tests FOLDER JOBS SIGNALS".into());
    };
    let configuration = configuration(Path::new(&folder));
    let runtime = Runtime::new()?;
    // A folder has its library before its log says that there was one.
    runtime.block_on(start_and_stop(configuration.clone()))?;
    let gate = world::open(&configuration.data);
    fill(&gate, jobs.parse()?)?;
    runtime.block_on(gate.log().clone().close());
    drop(gate);
    runtime.block_on(serve_until_stopped(configuration, signals.parse()?))
}

async fn start_and_stop(configuration: Configuration) -> Result<(), Failure> {
    serve::start(configuration).await?.stop().await;
    Ok(())
}

async fn serve_until_stopped(configuration: Configuration, signals: u32) -> Result<(), Failure> {
    let mut stop = Signals::listen()?;
    let hands = Arc::new(Endless { every: Duration::from_secs(1) / signals.max(1) });
    let surroundings = Surroundings { hands: Some(hands), ..Surroundings::default() };
    let server = serve::start_with(configuration, surroundings).await?;
    writeln!(io::stdout(), "busy at {}", server.url())?;
    stop.next().await;
    server.stop().await;
    Ok(())
}

fn configuration(folder: &Path) -> Configuration {
    let mut configuration = Configuration::of_data(folder);
    configuration.listen = ([127, 0, 0, 1], 0).into();
    configuration.nats = NatsMode::Off;
    // As many at once as its limits say, without a wait between them.
    configuration.net.connections_per_host = 64;
    configuration.net.runs_per_hour = 0;
    configuration.net.run_pause_ms = 0;
    "warn".clone_into(&mut configuration.logging.filter);
    configuration
}

/// Puts so many downloads into the queue.
fn fill(gate: &Gate, jobs: u32) -> Result<(), Refusal> {
    for first in (0..jobs).step_by(LIST as usize) {
        world::queue(gate, &List::new(first / LIST), LIST.min(jobs - first))?;
    }
    Ok(())
}

/// Whoever does work that never ends.
#[derive(Debug)]
struct Endless {
    /// How long between two words of how far it is.
    every: Duration,
}

impl Hands for Endless {
    fn work<'a>(&'a self, space: Space, _: &'a Work) -> BoxFuture<'a, Finish> {
        async move {
            let mut tick = interval(self.every);
            tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut progress = Progress {
                stage: "downloading".to_owned(),
                done: 0,
                total: Some(BYTES),
                unit: "bytes".to_owned(),
                rate_per_second: Some(f64::from(STEP_BYTES) / self.every.as_secs_f64()),
                eta_seconds: None,
            };
            while !space.assignment().stop().is_cancelled() {
                tick.tick().await;
                progress.done = (progress.done + u64::from(STEP_BYTES)) % BYTES;
                space.port().progress(&progress);
            }
            Finish { outcome: Outcome::Stopped, used: ResourceUse::default() }
        }
        .boxed()
    }
}
