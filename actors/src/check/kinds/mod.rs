//! What each kind of check looks at: a file for each.

pub(super) mod command;
mod days;
pub(super) mod disk;
pub(super) mod dns;
pub(super) mod docker;
pub(super) mod domain;
pub(super) mod events;
pub(super) mod file_age;
pub(super) mod http;
pub(super) mod nats;
pub(super) mod ping;
pub(super) mod process;
pub(super) mod tcp;
pub(super) mod tls;

use super::look::{Equipment, Look, blocking, milliseconds, unreachable};
