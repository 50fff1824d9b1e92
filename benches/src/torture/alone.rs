//! What tools make of the files alone, as their own documents begin.

use std::{collections::BTreeSet, path::Path};

use super::{Became, Seen, lost, program};

/// A tool, with what it is told.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// What it is called in a table.
    pub name: &'static str,
    /// The program.
    program: &'static str,
    /// What it is told; `IN` and `OUT` are the files.
    arguments: &'static str,
    /// The ending of what it makes.
    ending: &'static str,
}

/// Those that install here.
pub const TOOLS: [Tool; 4] = [
    Tool {
        name: "ffmpeg IN OUT.mp4",
        program: "ffmpeg",
        arguments: "-v error -nostdin -y -i IN -c:v libx264 -preset veryfast -c:a aac OUT",
        ending: "mp4",
    },
    Tool {
        name: "ffmpeg -map 0 OUT.mkv",
        program: "ffmpeg",
        arguments: "-v error -nostdin -y -i IN -map 0 -c copy -c:v libx264 -preset veryfast -c:a aac OUT",
        ending: "mkv",
    },
    Tool {
        name: "HandBrakeCLI, Fast 1080p30",
        program: "HandBrakeCLI",
        arguments: "-i IN -o OUT --preset Fast_1080p30 --all-audio --all-subtitles",
        ending: "mp4",
    },
    Tool {
        name: "ab-av1 encode",
        program: "ab-av1",
        arguments: "encode -e libx264 --crf 23 --preset veryfast -i IN -o OUT",
        ending: "mkv",
    },
];

impl Tool {
    /// Whether it is installed.
    pub async fn is_there(&self) -> bool {
        program(Path::new(self.program)).arg("--version").output().await.is_ok()
    }

    /// What it makes of a file, into a folder.
    pub async fn make(&self, file: &Path, into: &Path) -> Became {
        let out = into.join("made").with_extension(self.ending);
        // One of a file before would be taken for what is made now.
        std::fs::remove_file(&out).ok();
        let mut command = program(Path::new(self.program));
        for argument in self.arguments.split(' ') {
            match argument {
                "IN" => command.arg(file),
                "OUT" => command.arg(&out),
                other => command.arg(other.replace('_', " ")),
            };
        }
        let Ok(ended) = command.output().await else { return Became::Failed("it does not start".to_owned()) };
        let has_made = std::fs::metadata(&out).is_ok_and(|made| made.len() > 0);
        if !ended.status.success() || !has_made {
            return Became::Failed(ended.status.to_string());
        }
        match (Seen::of(file).await, Seen::of(&out).await) {
            (Some(source), Some(made)) => Became::Made(lost(&source, &made, None, &BTreeSet::new(), true)),
            (None, _) => Became::Made(vec!["what was made of what nobody reads".to_owned()]),
            (_, None) => Became::Made(vec!["nobody reads what it made".to_owned()]),
        }
    }
}
