//! The sample site: a small media site on a loopback port that does what real sites do, on demand.
//!
//! It serves `mediary demo`, `ops/run --demo` and every test that needs a site. A [`Site`] is a
//! value: started on a free port, driven through [`ListHandle`] and [`Faults`], read through
//! [`RequestLog`], gone when dropped. A person drives the same things by `POST /control/…`, as its
//! front page says.
//!
//! Guarantees: everything is made, nothing is fetched; ids, titles and dates of items are the same
//! on every run; a list of 20,000 costs no memory per entry; no two items have the same bytes.
//! It listens on 127.0.0.1 only. It knows nothing of Mediary beyond the words for availability.
//!
//! | file | what |
//! |---|---|
//! | `recipe`, `media` | which clips there are; making them once by ffmpeg, shared by all who ask |
//! | `list`, `item` | lists that change, and the items in them |
//! | `site` | the server and its routes |
//! | `api`, `feed`, `page`, `content` | the paged JSON API, feeds, pages, and files with ranges |
//! | `fault`, `delivery` | what goes wrong, and the place where it does |
//! | `log` | what was asked and what was sent |
//! | `plugin` | yt-dlp's extractor for the lists and items |
//! | `proxy` | a proxy with a password, for sites that are reached by one |
//! | `control` | the same by HTTP |
//!
//! To add a fault: a variant of [`Fault`], its effect in `delivery` (or in `content`, if it changes
//! the file), a method of [`Faults`], a verb in `control`, and a test that sees it happen.

mod api;
mod content;
mod control;
mod delivery;
mod error;
mod fault;
mod feed;
mod item;
mod list;
mod log;
mod media;
mod page;
mod plugin;
mod proxy;
mod recipe;
mod site;
mod text;

#[cfg(test)]
mod tests;

pub use error::{Error, Result};
pub use fault::{Etag, Fault, FaultId, Faults, Target};
pub use item::{Item, Oddity, Rendition};
pub use list::{ListHandle, ListOptions, Nesting};
pub use log::{Outcome, RequestLog, SeenRequest};
pub use media::MediaLibrary;
pub use page::PageKind;
pub use plugin::install_plugin;
pub use proxy::Proxy;
pub use recipe::ClipSize;
pub use site::{Site, SiteOptions};
