//! The page as built by `npm run build` in `api/web`, embedded in the binary.
//!
//! Guarantees: every answer forbids the browser to load anything from another host, or to show the
//! page inside another. A binary that was compiled before the page was built says so instead.

use std::borrow::Cow;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use rust_embed::Embed;

use super::{fault::fault, graphql::refuse};

/// Answered in place of a page that is not there.
const NOT_BUILT: &str = "the page is not built; run npm ci && npm run build in api/web\n";

/// What a browser may do with the page.
const RULES: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// The build names these files after their content, so that they never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A page is asked for each time, and answered with 304 when it is the same.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(Embed)]
#[folder = "web/dist"]
struct Dist;

/// What begins so is the server's own and never a room of the page.
const RESERVED: [&str; 9] =
    ["/assets/", "/badge/", "/graphql/", "/healthz/", "/ping/", "/readyz/", "/run/", "/status/", "/v1/"];
/// Deeper is no address of a room: each level makes what is sent a little longer.
const LEVELS_MAX: usize = 16;

/// A built file.
struct File {
    bytes: Cow<'static, [u8]>,
    hash: [u8; 32],
}

/// The routes of the page itself: `/` and what it loads.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/", get(home)).route("/assets/{*path}", get(asset))
}

/// `GET /graphql`: GraphiQL, which then asks for a token; `POST` is to be added to it.
///
/// A program that asks with GET is told so, instead of getting a page with 200.
pub fn graphiql<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    get(|uri: Uri, headers: HeaderMap| async move {
        let is_query =
            uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("query=")));
        if is_query || !takes_pages(&headers) {
            let error = fault("GraphQL is asked with POST", "METHOD_NOT_ALLOWED", false);
            let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, &error);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        page(built("graphiql.html"), &headers)
    })
}

/// The page that shows what is public.
pub fn status(headers: &HeaderMap) -> Response {
    page(built("status.html"), headers)
}

/// `GET` of whatever nobody else answers: to a browser the page, which knows its own rooms, and else 404.
pub async fn room(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    let levels = path.matches('/').count().saturating_sub(1);
    let is_reserved = RESERVED.iter().any(|prefix| path.starts_with(prefix));
    let is_read = method == Method::GET || method == Method::HEAD;
    if is_read && !is_reserved && levels <= LEVELS_MAX && wants_page(&headers) {
        return page(built("index.html").map(|file| file.below(levels)), &headers);
    }
    (StatusCode::NOT_FOUND, "there is nothing here; GraphQL is at /graphql\n").into_response()
}

/// Whether a client names HTML among what it takes, as browsers do where somebody goes to an address.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|value| {
        value.to_str().is_ok_and(|kinds| {
            kinds.split(',').any(|kind| kind.split(';').next().unwrap_or_default().trim() == "text/html")
        })
    })
}

/// Whether a client takes HTML; one that says nothing takes everything.
fn takes_pages(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().peekable();
    let is_page = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        ["text/html", "text/*", "*/*"].iter().any(|page| kind.eq_ignore_ascii_case(page))
    };
    accepted.peek().is_none()
        || accepted.any(|value| value.to_str().is_ok_and(|kinds| kinds.split(',').any(is_page)))
}

impl File {
    /// The page as it is sent so many levels below its base, which nobody but a proxy in front may know: what it loads
    /// is found from there.
    fn below(self, levels: usize) -> Self {
        if levels == 0 {
            return self;
        }
        let text =
            String::from_utf8_lossy(&self.bytes).replace("=\"./", &format!("=\"{}", "../".repeat(levels)));
        let bytes = text.into_bytes();
        Self { hash: blake3::hash(&bytes).into(), bytes: Cow::Owned(bytes) }
    }
}

async fn home(headers: HeaderMap) -> Response {
    page(built("index.html"), &headers)
}

async fn asset(Path(path): Path<String>) -> Response {
    let path = format!("assets/{path}");
    let Some(file) = built(&path) else {
        return (StatusCode::NOT_FOUND, RULES, "there is no such file\n").into_response();
    };
    let headers = [(header::CONTENT_TYPE, media_type(&path)), (header::CACHE_CONTROL, FOR_EVER)];
    (RULES, headers, file.bytes).into_response()
}

fn built(path: &str) -> Option<File> {
    let file = Dist::get(path)?;
    Some(File { bytes: file.data, hash: file.metadata.sha256_hash() })
}

fn page(file: Option<File>, headers: &HeaderMap) -> Response {
    let Some(file) = file else {
        return (StatusCode::SERVICE_UNAVAILABLE, RULES, NOT_BUILT).into_response();
    };
    let tag = tag(&file.hash);
    let caching = [(header::CACHE_CONTROL, ASK_AGAIN), (header::ETAG, tag.clone())];
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|known| has_tag(known, &tag)) {
        return (StatusCode::NOT_MODIFIED, RULES, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    (RULES, caching, kind, file.bytes).into_response()
}

fn tag(hash: &[u8; 32]) -> HeaderValue {
    let hash = blake3::Hash::from_bytes(*hash).to_hex();
    // Weak, since it is the same page compressed and not.
    HeaderValue::from_str(&format!("W/\"{hash}\"")).expect("hexadecimal digits are visible")
}

/// Whether a browser's list of known versions has this one; a proxy may have weakened it.
pub(super) fn has_tag(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    let tag = tag.trim_start_matches("W/");
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn media_type(path: &str) -> HeaderValue {
    HeaderValue::from_static(match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn file() -> File {
        File { bytes: Cow::Borrowed(b"<!doctype html>"), hash: [0xab; 32] }
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 1000).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_page_that_is_not_built_says_how_to_build_it() {
        let response = page(None, &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text(response).await, NOT_BUILT);
    }

    #[tokio::test]
    async fn a_page_loads_nothing_from_elsewhere_and_is_in_no_frame() {
        let response = page(Some(file()), &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        let rules = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(rules.starts_with("default-src 'self';") && !rules.contains("unsafe"), "{rules}");
        assert!(rules.contains("frame-ancestors 'none'"), "{rules}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(text(response).await, "<!doctype html>");
    }

    #[tokio::test]
    async fn a_page_that_the_browser_has_is_not_sent_again() {
        let tag = page(Some(file()), &HeaderMap::new()).headers()[header::ETAG].clone();
        let tag = tag.to_str().unwrap();
        for (known, status) in [
            (tag.to_owned(), StatusCode::NOT_MODIFIED),
            (format!("\"other\", W/{tag}"), StatusCode::NOT_MODIFIED),
            ("\"other\"".to_owned(), StatusCode::OK),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
            assert_eq!(page(Some(file()), &headers).status(), status, "{known}");
        }
    }

    fn asked(path: &str, accept: &'static str) -> (Method, Uri, HeaderMap) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        (Method::GET, path.parse().unwrap(), headers)
    }

    #[tokio::test]
    async fn a_browser_gets_the_page_in_every_room_and_a_program_is_told_that_there_is_nothing() {
        const BROWSER: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
        for (path, accept, is_page) in [
            ("/library", BROWSER, true),
            ("/library/lists/playlist-1", BROWSER, true),
            ("/library", "*/*", false),
            ("/library", "application/json", false),
            ("/v1/none", BROWSER, false),
            ("/assets/none.js", BROWSER, false),
            ("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s", BROWSER, false),
        ] {
            let (method, uri, headers) = asked(path, accept);
            let status = room(method, uri, headers).await.status();
            // A binary may be built before the page.
            assert_eq!(status != StatusCode::NOT_FOUND, is_page, "{path} {accept}: {status}");
        }
        let (_, uri, headers) = asked("/library", BROWSER);
        assert_eq!(room(Method::POST, uri, headers).await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn what_a_page_loads_is_found_from_every_level_below_its_base() {
        let loads = |levels| {
            let html = b"<script src=\"./assets/a.js\"></script><a href=\"./\">\"./\"</a>";
            let file = File { bytes: Cow::Borrowed(html), hash: [0; 32] }.below(levels);
            (String::from_utf8(file.bytes.into_owned()).unwrap(), file.hash)
        };
        assert!(loads(0).0.contains("src=\"./assets/a.js\""));
        let (two, tag) = loads(2);
        assert_eq!(two, "<script src=\"../../assets/a.js\"></script><a href=\"../../\">\"./\"</a>");
        // What a browser keeps of one level is not that of another.
        assert_ne!(tag, loads(1).1);
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_404() {
        for path in ["none.js", "../index.html", "../../Cargo.toml"] {
            assert_eq!(asset(Path(path.to_owned())).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    // A binary may be built before the page: what the build makes of it is said here, too.
    #[test]
    fn every_built_file_has_a_media_type() {
        let made = ["index-1.js", "index-1.css", "letters-1.woff2", "picture-1.svg", "page-1.webmanifest"]
            .map(Cow::Borrowed);
        for path in Dist::iter().filter(|path| path.starts_with("assets/")).chain(made) {
            assert_ne!(media_type(&path), "application/octet-stream", "{path}");
        }
        assert_eq!(media_type("assets/none.unheard"), "application/octet-stream");
    }
}
