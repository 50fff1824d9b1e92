use std::{
    io,
    path::{Path, PathBuf},
};

use miette::{Diagnostic, NamedSource, SourceSpan};

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ConfigurationError {
    /// The file can't be read.
    #[error("failed to read the configuration {}", path.display())]
    #[diagnostic(code(config_unreadable), help("check the path given with --config"))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A key or value of the file is wrong.
    #[error("{message} (line {line} of {})", path.display())]
    #[diagnostic(code(config_invalid))]
    File {
        /// What is wrong.
        message: String,
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The file's text.
        #[source_code]
        text: NamedSource<String>,
        /// Where in it.
        #[label("here")]
        span: SourceSpan,
        /// The nearest right name, or where names are listed.
        #[help]
        help: String,
    },
    /// A variable of the environment is wrong.
    #[error("{message}")]
    #[diagnostic(
        code(config_invalid),
        help("variables are MEDIARY_KEY, or MEDIARY_SECTION__KEY; `mediary config schema` lists every key")
    )]
    Environment {
        /// What is wrong, with the key.
        message: String,
    },
    /// Values that make no sense.
    #[error("{wrong}")]
    #[diagnostic(code(config_invalid), help("`mediary config schema` describes every key"))]
    Invalid {
        /// One line each.
        wrong: String,
    },
}

impl ConfigurationError {
    pub(super) fn in_file(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
        let message = error.message().to_owned();
        let help = nearest(&message).map_or_else(
            || "`mediary config schema` describes every key".to_owned(),
            |name| format!("did you mean `{name}`?"),
        );
        Self::File {
            help,
            line,
            path: path.to_owned(),
            text: NamedSource::new(path.display().to_string(), text.to_owned()),
            span: SourceSpan::from(span),
            message: message.lines().next().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn in_environment(error: &figment::Error) -> Self {
        let messages: Vec<String> = error
            .clone()
            .into_iter()
            .map(|error| {
                let key = error.path.join(".");
                if key.is_empty() { error.kind.to_string() } else { format!("{key}: {}", error.kind) }
            })
            .collect();
        Self::Environment { message: messages.join("\n") }
    }
}

/// The known name that is nearest to an unknown one, out of serde's "unknown field `a`, expected one of `b`, `c`".
fn nearest(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    if !message.starts_with("unknown") {
        return None;
    }
    names
        .map(|name| (distance(unknown, name), name))
        .min()
        .filter(|(distance, name)| *distance * 2 <= name.len())
        .map(|(_, name)| name.to_owned())
}

/// Levenshtein's distance of two short names.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, against) in other.bytes().enumerate() {
            let above = row[column + 1];
            let changed = diagonal + usize::from(letter != against);
            row[column + 1] = changed.min(above + 1).min(row[column] + 1);
            diagonal = above;
        }
    }
    row[other.len()]
}
