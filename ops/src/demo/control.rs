//! The site driven by HTTP: what a test does through handles, for people who play with the demo.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde_json::json;
use url::form_urlencoded;

use super::{
    error::Error,
    fault::{Etag, Fault, Target},
    item::{BROADCASTS, Oddity},
    list::{ListHandle, ListOptions, Nesting},
    site::Shared,
    text::escape,
};

/// Entries that one call adds at most: a slip of the finger shouldn't make a list unusable.
const COUNT_MAX: u32 = 1_000_000;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/lists/{name}", post(make_list))
        .route("/control/lists/{name}/{verb}", post(change_list))
        .route("/control/faults/{verb}", post(change_faults))
        .route("/control/faults", get(show_faults))
        .route("/control/requests", get(show_requests))
}

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("there is no list {0:?}; POST /control/lists/{0} makes one")]
    NoList(String),
    #[error("there is no verb {0:?}; GET / lists them")]
    NoVerb(String),
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    #[error("the parameter {name}={value} isn't {wanted}")]
    Unreadable { name: &'static str, value: String, wanted: &'static str },
    #[error("failed to {0}")]
    Site(#[from] Error),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoList(_) | Self::NoVerb(_) => StatusCode::NOT_FOUND,
            Self::Missing(_) | Self::Unreadable { .. } | Self::Site(_) => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

/// The parameters of a call: from the query and from a form alike.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn read(query: Option<&str>, form: &[u8]) -> Self {
        let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(query.into_owned().chain(form_urlencoded::parse(form).into_owned()).collect())
    }

    fn text(&self, name: &'static str) -> Result<&str, Refusal> {
        self.0.get(name).map(String::as_str).ok_or(Refusal::Missing(name))
    }

    fn number(&self, name: &'static str) -> Result<u64, Refusal> {
        let value = self.text(name)?;
        let unreadable = |_| Refusal::Unreadable { name, value: value.to_owned(), wanted: "a whole number" };
        value.parse().map_err(unreadable)
    }

    fn number_or(&self, name: &'static str, default: u64) -> Result<u64, Refusal> {
        if self.0.contains_key(name) { self.number(name) } else { Ok(default) }
    }

    fn times(&self) -> Result<Option<u64>, Refusal> {
        self.0.contains_key("times").then(|| self.number("times")).transpose()
    }

    fn count(&self, default: u64) -> Result<u32, Refusal> {
        let count = self.number_or("n", default)?;
        Ok(u32::try_from(count).unwrap_or(COUNT_MAX).min(COUNT_MAX))
    }

    fn index(&self, name: &'static str) -> Result<usize, Refusal> {
        self.number(name).map(|index| usize::try_from(index).unwrap_or(usize::MAX - 1))
    }

    fn code(&self) -> Result<u16, Refusal> {
        let code = self.number("code")?;
        let known = u16::try_from(code).ok().filter(|&code| StatusCode::from_u16(code).is_ok());
        let unreadable =
            || Refusal::Unreadable { name: "code", value: code.to_string(), wanted: "an HTTP status" };
        known.ok_or_else(unreadable)
    }

    fn target(&self) -> Result<Target, Refusal> {
        self.text("target").map(Target::from)
    }
}

async fn make_list(
    State(site): State<Arc<Shared>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, Refusal> {
    let parameters = Parameters::read(query.as_deref(), &form);
    let title = parameters.text("title").unwrap_or(&name);
    let mut options = ListOptions::new(title, parameters.count(0)?);
    if parameters.text("size").is_ok_and(|size| size == "large") {
        options = options.large();
    }
    let list = site.lists.add(&name, options)?;
    Ok(list_answer(&list, &headers))
}

async fn change_list(
    State(site): State<Arc<Shared>>,
    Path((name, verb)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, Refusal> {
    let parameters = Parameters::read(query.as_deref(), &form);
    let list = site.lists.find(&name).ok_or(Refusal::NoList(name))?;
    edit(&list, &verb, &parameters)?;
    Ok(list_answer(&list, &headers))
}

fn edit(list: &ListHandle, verb: &str, parameters: &Parameters) -> Result<(), Refusal> {
    match verb {
        "prepend" => list.prepend(parameters.count(1)?),
        "append" => list.append(parameters.count(1)?),
        "length" => list.set_len(parameters.count(0)?),
        "clear" => list.clear(),
        "reverse" => list.reverse(),
        "title" => list.rename_list(parameters.text("title")?),
        "delete" => list.delete(parameters.index("index")?)?,
        "move" => list.move_entry(parameters.index("index")?, parameters.index("to")?)?,
        "duplicate" => list.duplicate(parameters.index("index")?)?,
        "private" => list.make_private(parameters.index("index")?)?,
        "deleted" => list.make_deleted(parameters.index("index")?)?,
        "public" => list.make_public(parameters.index("index")?)?,
        "rename" => list.rename(parameters.index("index")?, parameters.text("title")?)?,
        "broadcast" => {
            let name = parameters.text("state")?;
            let known = BROADCASTS.iter().find(|(known, _)| *known == name);
            let wanted = "is_upcoming, is_live, post_live, was_live or not_live";
            let unreadable = || Refusal::Unreadable { name: "state", value: name.to_owned(), wanted };
            let (_, live_status) = known.ok_or_else(unreadable)?;
            list.broadcast(parameters.index("index")?, *live_status)?;
        }
        "odd" => {
            let name = parameters.text("how")?;
            let known = Oddity::ALL.into_iter().find(|oddity| oddity.name() == name);
            let wanted = "half_letter, no_number, numeric_id, no_address or nothing";
            let unreadable = || Refusal::Unreadable { name: "how", value: name.to_owned(), wanted };
            list.make_odd(parameters.index("index")?, known.ok_or_else(unreadable)?)?;
        }
        "hold" => {
            let names: Vec<&str> = parameters.text("lists")?.split(',').collect();
            let by_address = parameters.text("as").is_ok_and(|how| how == Nesting::ByAddress.name());
            list.hold(&names, if by_address { Nesting::ByAddress } else { Nesting::WithRows });
        }
        other => return Err(Refusal::NoVerb(other.to_owned())),
    }
    Ok(())
}

async fn change_faults(
    State(site): State<Arc<Shared>>,
    Path(verb): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, Refusal> {
    let parameters = Parameters::read(query.as_deref(), &form);
    let faults = &site.faults;
    match verb.as_str() {
        "clear" => faults.clear(),
        "page" => {
            let page = u32::try_from(parameters.number("page")?).unwrap_or(u32::MAX);
            let target = Target::Page { list: parameters.text("list")?.to_owned(), page };
            faults.add(target, status(&parameters)?, parameters.times()?);
        }
        "fragment" => {
            let fragment = u32::try_from(parameters.number("fragment")?).unwrap_or(u32::MAX);
            faults.missing_fragment(parameters.text("item")?, fragment);
        }
        other => {
            let fault = fault(other, &parameters)?;
            faults.add(parameters.target()?, fault, parameters.times()?);
        }
    }
    Ok(back_or(&headers, Json(faults.states())))
}

fn fault(verb: &str, parameters: &Parameters) -> Result<Fault, Refusal> {
    Ok(match verb {
        "status" => status(parameters)?,
        "throttle" => {
            let rate = parameters.number("bytes_per_second")?;
            Fault::Throttle { bytes_per_second: u32::try_from(rate).unwrap_or(u32::MAX) }
        }
        "drop" => Fault::Drop { after_bytes: parameters.number("after_bytes")? },
        "stall" => Fault::Stall { after_bytes: parameters.number("after_bytes")? },
        "refuse-range" => Fault::RefuseRange,
        "swap" => {
            let same = parameters.text("etag").is_ok_and(|etag| etag == "same");
            Fault::Swap { etag: if same { Etag::Same } else { Etag::New } }
        }
        "truncate" => Fault::Truncate { bytes: parameters.number("bytes")? },
        other => return Err(Refusal::NoVerb(other.to_owned())),
    })
}

fn status(parameters: &Parameters) -> Result<Fault, Refusal> {
    let given = parameters.0.contains_key("retry_after_seconds");
    let retry_after_seconds = given.then(|| parameters.number("retry_after_seconds")).transpose()?;
    Ok(Fault::Status { code: parameters.code()?, retry_after_seconds })
}

async fn show_faults(State(site): State<Arc<Shared>>) -> Response {
    Json(site.faults.states()).into_response()
}

async fn show_requests(State(site): State<Arc<Shared>>) -> Response {
    Json(site.log.all()).into_response()
}

fn list_answer(list: &ListHandle, headers: &HeaderMap) -> Response {
    let first = list.ids(0..10);
    back_or(headers, Json(json!({ "name": list.name(), "entries": list.len(), "first": first })))
}

/// Sends a browser back to the front page, and everybody else the answer.
fn back_or(headers: &HeaderMap, answer: impl IntoResponse) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return Redirect::to("/").into_response();
    }
    answer.into_response()
}

/// The buttons of one list on the front page.
pub(super) fn list_buttons(name: &str) -> String {
    let verbs = [
        ("prepend?n=3", "3 new in front"),
        ("append?n=3", "3 new at the end"),
        ("delete?index=0", "delete the first"),
        ("move?index=1&to=0", "second to front"),
        ("private?index=0", "make first private"),
        ("public?index=0", "make first public"),
        ("reverse", "turn round"),
    ];
    let mut buttons = String::new();
    for (call, label) in verbs {
        let call = escape(call);
        write!(
            buttons,
            "<form method=\"post\" action=\"/control/lists/{name}/{call}\" style=\"display:inline\">\
             <button>{label}</button></form> "
        )
        .expect("writing to a string can't fail");
    }
    buttons
}

/// What the front page says about this.
pub(super) fn help() -> String {
    const CALLS: &[(&str, &str)] = &[
        ("lists/NAME?n=8&title=T&size=large", "makes a list; names are lower-case letters, digits, hyphens"),
        ("lists/NAME/prepend?n=3", "new entries in front; also append"),
        ("lists/NAME/delete?index=0", "takes an entry out; indexes count from 0"),
        ("lists/NAME/move?index=5&to=0", "moves an entry; reverse turns the list round"),
        ("lists/NAME/duplicate?index=0", "shows an item twice"),
        ("lists/NAME/private?index=0", "makes an item private; also deleted, public"),
        ("lists/NAME/rename?index=0&title=T", "renames an item; title?title=T renames the list"),
        (
            "lists/NAME/broadcast?index=0&state=is_upcoming",
            "announces an item; also is_live, post_live, was_live",
        ),
        (
            "lists/NAME/odd?index=0&how=half_letter",
            "a bad row; also no_number, numeric_id, no_address, nothing",
        ),
        (
            "lists/NAME/hold?lists=videos,talks&as=by_address",
            "holds other lists; without `as` with their rows",
        ),
        ("lists/NAME/length?n=20000", "cuts the list or fills it up; clear empties it"),
        ("faults/throttle?target=T&bytes_per_second=100000", "sends slowly"),
        ("faults/drop?target=T&after_bytes=500000&times=2", "ends the connection half-way"),
        ("faults/stall?target=T&after_bytes=500000", "stops sending until the fault is cleared"),
        ("faults/refuse-range?target=T", "knows no ranges"),
        ("faults/swap?target=T&etag=same", "other bytes under the same name; etag=new tells"),
        ("faults/truncate?target=T&bytes=1000", "half a file that looks whole"),
        ("faults/status?target=T&code=429&retry_after_seconds=5&times=3", "answers 403, 404, 429, 500 …"),
        ("faults/page?list=long&page=3&code=503&times=1", "fails one page of a list"),
        ("faults/fragment?item=videos-3&fragment=1", "loses a fragment of HLS"),
        ("faults/clear", "makes everything right again"),
    ];
    let mut rows = String::new();
    for (call, what) in CALLS {
        writeln!(rows, "<tr><td><code>POST /control/{}</code><td>{}</tr>", escape(call), escape(what))
            .expect("writing to a string can't fail");
    }
    format!(
        "<h2>By HTTP</h2>\n<p>A target T is a path (<code>/media/videos-1/720p.mp4</code>, with <code>*</code> at the \
         end for whatever follows) or an item's id (<code>videos-1</code>). Without <code>times</code> a fault stays. \
         <a href=\"/control/faults\">The faults now</a>, <a href=\"/control/requests\">the requests so far</a>.</p>\n\
         <form method=\"post\" action=\"/control/faults/clear\"><button>clear all faults</button></form>\n\
         <table>\n{rows}</table>"
    )
}
