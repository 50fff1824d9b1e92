//! Figures of the whole way, each beside the tool alone, in turns: a list by the engine, a long feed, small
//! episodes of one feed kept with proof, and media that stand on pages, which the engine has to look for.

use std::{path::PathBuf, time::Duration};

use mediary::{
    configuration::Configuration,
    demo::{MediaLibrary, Site, SiteOptions, install_plugin},
};
use mediary_benches::{alone, feed::Publisher, platform::Platform, table::line};
use tempfile::TempDir;

/// Episodes of the feed that is kept.
const EPISODES: u32 = 200;
/// Entries of the feed that is only looked at.
const LONG: u32 = 5_000;
/// Entries of the feed whose media stand on pages.
const PAGES: u32 = 20;
/// Downloads at once, where somebody wants more than the two of the default.
const MORE_AT_ONCE: u32 = 8;
/// The list of the sample site that the engine looks at.
const LIST: &str = "videos";
/// Turns of everything; medians count.
const TURNS: usize = 3;

/// How long each turn of something took.
#[derive(Default)]
struct Turns(Vec<Duration>);

impl Turns {
    fn median(&self) -> Duration {
        let mut turns = self.0.clone();
        turns.sort();
        turns.get(turns.len() / 2).copied().unwrap_or_default()
    }

    fn row(&self, name: &str) {
        let each: Vec<_> = self.0.iter().map(|turn| format!("{:.2}", turn.as_secs_f64())).collect();
        line(&format!("| {name} | {:.2} | {} |", self.median().as_secs_f64(), each.join(", ")));
    }
}

fn main() {
    mediary::provide_tls();
    // As the server runs: with as many threads as there are cores.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(run());
}

async fn run() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let plugins = install_plugin(&folder.path().join("plugins")).expect("it can be written");
    let media = MediaLibrary::open_shared().await.expect("the sample media can be made");
    let site = Site::start(&media, SiteOptions { port: 0 }).await.expect("there is a free port");
    let publisher = Publisher::with_sound(alone::sound(folder.path()).await).await;
    let (feed, list) = (publisher.url(EPISODES, 0), site.list_url(LIST));
    let [
        mut listed,
        mut listed_alone,
        mut long,
        mut kept,
        mut kept_by_more,
        mut kept_alone,
        mut found,
        mut found_by_starts,
        mut found_alone,
    ] = std::array::from_fn(|_| Turns::default());
    for turn in 0..TURNS {
        let place = |name| subfolder(&folder, name, turn);
        let platform = Platform::start(&place("platform"), Some(&plugins)).await;
        listed.0.push(platform.follow(&list).await.1);
        listed_alone.0.push(alone::list_alone(&place("list"), &plugins, &list).await);
        long.0.push(platform.follow(&publisher.url(LONG, 1)).await.1);
        let (playlist_id, _) = platform.follow(&feed).await;
        kept.0.push(platform.keep_all(&playlist_id, EPISODES).await);
        kept_alone.0.push(alone::download_alone(&place("alone"), &feed).await);
        let (playlist_id, _) = platform.follow(&publisher.pages_url(PAGES)).await;
        found.0.push(platform.keep_all(&playlist_id, PAGES).await);
        platform.stop().await;
        let platform = Platform::start(&place("more"), None).await;
        platform.limit_downloads(MORE_AT_ONCE).await;
        let (playlist_id, _) = platform.follow(&feed).await;
        kept_by_more.0.push(platform.keep_all(&playlist_id, EPISODES).await);
        platform.stop().await;
        let each_started = |configuration: &mut Configuration| configuration.ytdlp.host = false;
        let platform = Platform::start_with(&place("starts"), Some(&plugins), each_started).await;
        let (playlist_id, _) = platform.follow(&publisher.pages_url(PAGES)).await;
        found_by_starts.0.push(platform.keep_all(&playlist_id, PAGES).await);
        platform.stop().await;
        found_alone.0.push(alone::download_alone(&place("pages"), &publisher.pages_url(PAGES)).await);
    }
    line("\n| work | seconds, median | turns |");
    line("|---|---|---|");
    listed.row("a list by the engine: listed, compared, recorded");
    listed_alone.row("the same list by yt-dlp alone");
    long.row(&format!("a feed of {LONG} entries: listed, compared, recorded"));
    kept.row(&format!("{EPISODES} small files of one feed: fetched, probed, decoded, hashed, recorded"));
    kept_by_more.row(&format!("the same, {MORE_AT_ONCE} downloads at once instead of two"));
    kept_alone.row("the same files by yt-dlp alone, in one process, unproved");
    found.row(&format!(
        "{PAGES} small files that the engine finds on pages, by copies of one process, proved"
    ));
    found_by_starts.row("the same files, each run of the engine started by itself, proved");
    found_alone.row("the same files by yt-dlp alone, in one process, unproved");
    let rate = |turns: &Turns| f64::from(EPISODES) / turns.median().as_secs_f64();
    let more = listed.median().as_secs_f64() - listed_alone.median().as_secs_f64();
    line(&format!("\nThe list takes {more:.2} s more than yt-dlp itself."));
    line(&format!(
        "{:.1} files per second beside {:.1}: {:.2} times as many; {:.2} with {MORE_AT_ONCE} at once.",
        rate(&kept),
        rate(&kept_alone),
        rate(&kept) / rate(&kept_alone),
        rate(&kept_by_more) / rate(&kept_alone)
    ));
    site.stop().await;
}

fn subfolder(folder: &TempDir, name: &str, turn: usize) -> PathBuf {
    let place = folder.path().join(format!("{name}-{turn}"));
    std::fs::create_dir(&place).expect("a folder can be made");
    place
}
