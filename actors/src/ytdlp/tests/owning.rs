//! What the owner of the machine has set up for yt-dlp is the owner's.

use std::{ffi::OsString, fs, path::Path};

use mediary_schema::IdSource;

use super::{super::ListEnd, Bench, assignment, refreshing::list_with, site::Site};
use crate::process::{Environment, Runner};

/// Writes a plugin that reads every address as a list of its own, into a folder where yt-dlp looks for plugins.
fn plant(folder: &Path) {
    let package = folder.join("yt_dlp_plugins/extractor");
    fs::create_dir_all(&package).unwrap();
    let plugin = "
from yt_dlp.extractor.common import InfoExtractor

class MediaryTestThiefIE(InfoExtractor):
    _VALID_URL = r'http://127.+/list/.+'

    def _real_extract(self, url):
        raise Exception('the plugin of the owner was asked')
";
    fs::write(package.join("thief.py"), plugin).unwrap();
}

// invariant: A-8
// Edge A22: a plugin in the home of whoever starts the server decided what a list is.
#[tokio::test]
async fn nothing_of_the_owners_home_decides_what_a_list_is() {
    nothing_of_the_owners_home_is_read_by(Bench::unhosted().await, false).await;
    nothing_of_the_owners_home_is_read_by(Bench::unhosted().await, true).await;
}

async fn nothing_of_the_owners_home_is_read_by(mut bench: Bench, hosted: bool) {
    let site = Site::start().await;
    let home = bench.path().join("home");
    for place in [".config/yt-dlp/plugins/thief", ".config/yt-dlp-plugins/thief", ".yt-dlp/plugins/thief"] {
        plant(&home.join(place));
    }
    plant(&home.join("python"));
    let user_site = home.join(".local/lib/python3.11/site-packages");
    plant(&user_site);
    fs::write(user_site.join("usercustomize.py"), "raise SystemExit('the owner customised Python')").unwrap();
    for config in [".config/yt-dlp/config", ".config/yt-dlp.conf", "yt-dlp.conf", ".yt-dlp/config"] {
        let config = home.join(config);
        fs::create_dir_all(config.parent().unwrap()).unwrap();
        fs::write(config, "--playlist-items 1\n--proxy http://127.0.0.1:1\n--netrc\n--exec 'false'\n")
            .unwrap();
    }
    fs::write(home.join(".netrc"), "machine 127.0.0.1 login owner password s3cret").unwrap();
    let of_the_owner = [
        ("HOME", home.clone().into_os_string()),
        ("XDG_CONFIG_HOME", home.join(".config").into_os_string()),
        ("PYTHONPATH", home.join("python").into_os_string()),
        ("PYTHONSTARTUP", user_site.join("usercustomize.py").into_os_string()),
        ("PYTHONHOME", home.join("python").into_os_string()),
        ("PYTHONUSERBASE", home.join(".local").into_os_string()),
        ("YTDLP_NO_PLUGINS", "1".into()),
        ("PATH", std::env::var_os("PATH").unwrap()),
    ];
    let variables = of_the_owner.map(|(name, value)| (OsString::from(name), value));
    bench.engine.runner = Runner::new(IdSource::system().next(), Environment::of(variables));
    if hosted {
        bench.host().await;
    }
    site.list("short", 3);
    let output = bench.path().join("output");
    let listed = list_with(&bench, site.url("/list/short"), 1, &assignment(Some(output.clone()))).await;
    let output = fs::read_to_string(output).unwrap_or_default();
    assert_eq!((&listed.end, listed.entries.len()), (&ListEnd::Complete, 3), "{output}");
}

// It matters where yt-dlp is not in an environment of its own.
#[tokio::test]
async fn python_is_started_without_the_owners_packages() {
    let bench = Bench::new().await;
    let spec = format!("{:?}", bench.engine.spec().unwrap());
    assert!(spec.contains("PYTHONNOUSERSITE") && spec.contains("--no-plugin-dirs"), "{spec}");
}
