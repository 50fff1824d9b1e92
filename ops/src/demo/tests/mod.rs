//! Tests of the sample site: it is what other tests believe in.

mod answers;
mod faults;
mod lists;
mod making;
mod tools;

use std::time::Duration;

use reqwest::{Client, Response, header::HeaderMap};

use super::{MediaLibrary, Site, SiteOptions};

/// Long enough for a loaded machine; nothing waits for it unless it fails.
const DEADLINE: Duration = Duration::from_secs(30);

/// A site with the media that all tests share, and a client.
struct Harness {
    site: Site,
    client: Client,
}

impl Harness {
    async fn start() -> Self {
        let media = MediaLibrary::open_shared().await.unwrap();
        let site = Site::start(&media, SiteOptions::default()).await.unwrap();
        Self { site, client: client() }
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(self.site.url(path)).send().await.unwrap()
    }

    async fn get_with(&self, path: &str, headers: &[(&'static str, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        self.client.get(self.site.url(path)).headers(map).send().await.unwrap()
    }

    async fn body(&self, path: &str) -> Vec<u8> {
        self.get(path).await.bytes().await.unwrap().to_vec()
    }

    async fn post(&self, path: &str) -> Response {
        self.client.post(self.site.url(path)).send().await.unwrap()
    }
}

fn client() -> Client {
    // An error says that another test of this process has done it.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().timeout(DEADLINE).build().unwrap()
}

/// What arrives of a body before it ends or breaks, and whether it broke.
async fn arriving(mut response: Response) -> (Vec<u8>, bool) {
    let mut arrived = vec![];
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => arrived.extend_from_slice(&chunk),
            Ok(None) => return (arrived, false),
            Err(_) => return (arrived, true),
        }
    }
}
