//! Where the programs are.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::{Assignment, Error, Line, Runner, Spec, runner::is_program};

/// A program that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// Lists and downloads.
    YtDlp,
    /// Checks media, and joins picture and sound for yt-dlp.
    Ffmpeg,
    /// Describes media; it comes with ffmpeg.
    Ffprobe,
    /// Runs the scripts of sites for yt-dlp.
    Deno,
    /// Carries events to others.
    NatsServer,
}

impl Tool {
    /// Every program.
    pub const ALL: [Self; 5] = [Self::YtDlp, Self::Ffmpeg, Self::Ffprobe, Self::Deno, Self::NatsServer];

    /// The program's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::YtDlp => "yt-dlp",
            Self::Ffmpeg => "ffmpeg",
            Self::Ffprobe => "ffprobe",
            Self::Deno => "deno",
            Self::NatsServer => "nats-server",
        }
    }

    /// The oldest version, major and minor, that is of use, where that is known.
    pub const fn version_min(self) -> Option<[u32; 2]> {
        match self {
            // What yt-dlp 2026.10.26 takes; it leaves an older one alone without a word.
            Self::Deno => Some([2, 3]),
            Self::YtDlp | Self::Ffmpeg | Self::Ffprobe | Self::NatsServer => None,
        }
    }

    const fn version_option(self) -> &'static str {
        match self {
            Self::YtDlp | Self::Deno | Self::NatsServer => "--version",
            Self::Ffmpeg | Self::Ffprobe => "-version",
        }
    }

    /// Picks the version out of the first line: `ffmpeg version 5.1.9-0+deb12u1 Copyright…`,
    /// `nats-server: v2.15.1`, `deno 2.5.6 (stable, …`, `2026.10.26`.
    fn version_in(self, line: &str) -> Option<String> {
        let rest = match self {
            Self::YtDlp => line,
            Self::Deno => line.strip_prefix("deno ")?,
            Self::NatsServer => line.strip_prefix("nats-server: v")?,
            Self::Ffmpeg => line.strip_prefix("ffmpeg version ")?,
            Self::Ffprobe => line.strip_prefix("ffprobe version ")?,
        };
        rest.split_whitespace().next().map(str::to_owned)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Where the programs are. Looks anew at every question, so that what is installed meanwhile is found.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    explicit: BTreeMap<Tool, PathBuf>,
    folders: Vec<PathBuf>,
}

impl Tools {
    /// Programs of these folders, in order: first the project's own, then those of `PATH`.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { explicit: BTreeMap::new(), folders: folders.into_iter().collect() }
    }

    /// A program at a configured place; it is not looked for elsewhere.
    #[must_use]
    pub fn with(mut self, tool: Tool, path: impl Into<PathBuf>) -> Self {
        self.explicit.insert(tool, path.into());
        self
    }

    /// Where the program is.
    pub fn find(&self, tool: Tool) -> Result<PathBuf, Error> {
        if let Some(path) = self.explicit.get(&tool) {
            let missing = || Error::ToolMissing { program: path.display().to_string() };
            return if is_program(path) { Ok(path.clone()) } else { Err(missing()) };
        }
        let places = self.folders.iter().map(|folder| folder.join(tool.name()));
        let found = places.into_iter().find(|path| is_program(path));
        found.ok_or_else(|| Error::ToolMissing { program: tool.name().to_owned() })
    }

    /// The folder of a program, for a tool that looks for it itself.
    pub fn folder_of(&self, tool: Tool) -> Option<PathBuf> {
        self.find(tool).ok().and_then(|path| path.parent().map(Path::to_path_buf))
    }

    /// Asks the program for its version, as the work of a probe.
    pub async fn version(&self, runner: &Runner, tool: Tool, probe: &Assignment) -> Result<String, Error> {
        let spec = Spec::new(tool.name(), self.find(tool)?).arg(tool.version_option());
        let mut version = None;
        let look = |line: Line| version = version.take().or_else(|| tool.version_in(&line.text));
        let ended = probe.run(runner, spec, look).await?;
        let words = || format!("{:?}: {}", ended.status, ended.output_tail.join(" / "));
        let version = version.filter(|_| ended.is_clean());
        version.ok_or_else(|| Error::Version { program: tool.name().to_owned(), words: words() })
    }
}
