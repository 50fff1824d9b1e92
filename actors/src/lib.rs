//! actors

pub mod ffmpeg;
pub mod process;
pub mod ytdlp;
