//! actors

pub mod process;
pub mod ytdlp;
