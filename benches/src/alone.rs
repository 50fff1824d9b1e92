//! What the tools do alone that the platform is measured against: a download of a whole feed, a look at a list.

use std::{path::Path, time::Duration};

use mediary_actors::process::{Environment, Runner, Spec};
use mediary_schema::IdSource;
use tokio::time::Instant;

/// Sound for an episode: 3 s of mp3, some 24 kB.
///
/// # Panics
/// If ffmpeg can't make it.
pub async fn sound(folder: &Path) -> Vec<u8> {
    const ARGUMENTS: &str = "-v error -nostdin -y -f lavfi -i sine=d=3 -ar 44100 -b:a 64k sound.mp3";
    run("ffmpeg", folder, &ARGUMENTS.split(' ').collect::<Vec<_>>()).await;
    std::fs::read(folder.join("sound.mp3")).expect("it was made")
}

/// How long yt-dlp alone takes for every episode of a feed, in one process, as its own defaults have it.
///
/// # Panics
/// If it does not come to its end.
pub async fn download_alone(folder: &Path, url: &str) -> Duration {
    run("yt-dlp", folder, &["--ignore-config", "--quiet", "-o", "%(autonumber)s.%(ext)s", url]).await
}

/// How long yt-dlp alone takes to list what it is to list, with the plugins of a folder.
///
/// # Panics
/// If it does not come to its end.
pub async fn list_alone(folder: &Path, plugins: &Path, url: &str) -> Duration {
    let plugins = plugins.to_str().expect("a path in words");
    let arguments =
        ["--ignore-config", "--quiet", "--flat-playlist", "--print", "id", "--plugin-dirs", plugins, url];
    run("yt-dlp", folder, &arguments).await
}

async fn run(program: &'static str, folder: &Path, arguments: &[&str]) -> Duration {
    let runner = Runner::new(IdSource::system().next(), Environment::of(std::env::vars_os()));
    let spec = Spec::new(program, mediary_tools::required(program)).args(arguments).working_dir(folder);
    let began = Instant::now();
    let ended = runner.spawn(&spec).expect("it starts").wait().await;
    assert!(ended.is_clean(), "{program}: {ended:?}");
    began.elapsed()
}

#[cfg(test)]
mod tests {
    use mediary::demo::{MediaLibrary, Site, SiteOptions, install_plugin};

    use super::*;
    use crate::{feed::Publisher, platform::Platform};

    #[test]
    fn both_keep_and_both_list() {
        const EPISODES: u32 = 3;
        let folder = tempfile::tempdir().unwrap();
        mediary::provide_tls();
        crate::runtime().block_on(async {
            let plugins = install_plugin(&folder.path().join("plugins")).unwrap();
            let publisher = Publisher::with_sound(sound(folder.path()).await).await;
            let feed = publisher.url(EPISODES, 0);
            let platform = Platform::start(folder.path(), Some(&plugins)).await;
            let (playlist_id, _) = platform.follow(&feed).await;
            platform.keep_all(&playlist_id, EPISODES).await;
            let alone = folder.path().join("alone");
            std::fs::create_dir(&alone).unwrap();
            download_alone(&alone, &feed).await;
            assert_eq!(std::fs::read_dir(&alone).unwrap().count(), EPISODES as usize);

            let pages = publisher.pages_url(EPISODES);
            let (playlist_id, _) = platform.follow(&pages).await;
            platform.keep_all(&playlist_id, EPISODES).await;
            let alone_on_pages = folder.path().join("alone-on-pages");
            std::fs::create_dir(&alone_on_pages).unwrap();
            download_alone(&alone_on_pages, &pages).await;
            assert_eq!(std::fs::read_dir(&alone_on_pages).unwrap().count(), EPISODES as usize);

            let media = MediaLibrary::open_shared().await.unwrap();
            let site = Site::start(&media, SiteOptions { port: 0 }).await.unwrap();
            platform.follow(&site.list_url("videos")).await;
            list_alone(&alone, &plugins, &site.list_url("videos")).await;
            platform.stop().await;
            site.stop().await;
        });
    }
}
