//! Figures of a server that has nothing to do: its start after a clean stop, its wake-ups, its memory.

use std::{path::Path, time::Duration};

use mediary_benches::{
    rest::{self, Served},
    table::line,
    world::{self, Size},
};

/// Ten million events, with `ops/bench rest -- ten-million`.
const HUGE: Size = Size { lists: 1_000, entries_each: 5_000, kept_each: 555 };
/// The argument that asks for them.
const IS_HUGE: &str = "ten-million";
/// A million events.
const LARGE: Size = Size { lists: 100, entries_each: 5_000, kept_each: 555 };
/// Some thousand, with `ops/bench rest -- short`: whether it works.
const SMALL: Size = Size { lists: 1, entries_each: 2_500, kept_each: 277 };
/// The argument that asks for the small one.
const IS_SHORT: &str = "short";
/// Starts of a figure; the median counts.
const STARTS: usize = 5;
/// For how long wake-ups are counted.
const COUNTED: Duration = Duration::from_secs(10);
/// How often the machine is looked at where that is asked for.
const MEASURED_EVERY_S: u32 = 60;
/// For how long wake-ups are counted then: two looks.
const MEASURED_FOR: Duration = Duration::from_mins(2);

fn main() {
    mediary::provide_tls();
    // As the server runs: with as many threads as there are cores.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(rest::SERVE) {
        let folder = arguments.next().expect("it is said where");
        let host_every_s = arguments.next().and_then(|every| every.parse().ok()).unwrap_or_default();
        let serving = rest::serve(Path::new(&folder), host_every_s);
        runtime.block_on(serving).expect("it serves until it is told to stop");
        return;
    }
    let asks_for = |name: &str| std::env::args().any(|argument| argument == name);
    let size = match (asks_for(IS_SHORT), asks_for(IS_HUGE)) {
        (true, _) => SMALL,
        (_, true) => HUGE,
        _ => LARGE,
    };
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let program = std::env::current_exe().expect("a program knows itself");
    // It makes the folder as it wants it.
    runtime.block_on(once(&program, folder.path()));
    let events = fill(folder.path(), size);
    runtime.block_on(measure(&program, folder.path(), events));
}

/// Fills the log below a folder, and answers how many events it has.
fn fill(folder: &Path, size: Size) -> u64 {
    let gate = world::open(&rest::data(folder));
    world::tell(&gate, size).expect("the stories are told in order");
    gate.log().head().position
}

/// Serves until there is nothing more to do, and stops; answers how long it took to be ready.
async fn once(program: &Path, folder: &Path) -> Duration {
    let served = Served::start(program, folder).await;
    rest::at_rest(served.pid()).await.expect("it is there");
    let ready_after = served.ready_after;
    served.stop().await;
    ready_after
}

async fn measure(program: &Path, folder: &Path, events: u64) {
    // It builds the views.
    once(program, folder).await;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(once(program, folder).await);
    }
    let served = Served::start(program, folder).await;
    let rested = rest::at_rest(served.pid()).await.expect("it is there");
    let wake_ups = rest::wake_ups(served.pid(), COUNTED).await.expect("it is there");
    let memory = rest::memory_bytes(served.pid()).expect("it is there");
    served.stop().await;
    let measured = Served::start_measured(program, folder, MEASURED_EVERY_S).await;
    // It never comes to rest for long.
    tokio::time::sleep(rested).await;
    let measured_wake_ups = rest::wake_ups(measured.pid(), MEASURED_FOR).await.expect("it is there");
    measured.stop().await;

    starts.sort();
    let each: Vec<_> = starts.iter().map(|start| start.as_millis().to_string()).collect();
    line("\n| work | figure | wanted |");
    line("|---|---|---|");
    line(&format!(
        "| ready after a clean stop with {events} events, ms, median of {} | {} | 300 |",
        each.join(", "),
        starts[STARTS / 2].as_millis()
    ));
    line(&format!(
        "| wake-ups in {} s, once at rest, {:.0} s after its start | {wake_ups} | 0 |",
        COUNTED.as_secs(),
        rested.as_secs_f64()
    ));
    line(&format!(
        "| the same in {} s, the machine looked at each {MEASURED_EVERY_S} s for telemetry | {measured_wake_ups} | |",
        MEASURED_FOR.as_secs()
    ));
    line(&format!("| memory, MiB | {} | 60 |", memory >> 20));
}
