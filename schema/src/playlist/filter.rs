//! Which entries of a followed list are kept without being asked for: rules, each one short text that is the same where it is
//! typed, stored and shown as the reason why an entry is skipped (LI-08).

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Span, SpanRelativeTo, Unit, civil::Date, tz::TimeZone};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::LiveStatus;
use crate::Timestamp;

/// What an entry has to be to be kept without being asked for: it keeps to every rule. Without rules each entry does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter {
    rules: Vec<Rule>,
}

/// One thing that an entry has to be.
///
/// What of an entry isn't known (yet) keeps to no rule that asks for something, and breaks none that excludes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Rule {
    /// `title=big bunny`, `title!=trailer`: each of these words is in the title, or not each of them is.
    Words {
        /// Whether they have to be there.
        wanted: bool,
        /// The words.
        words: String,
    },
    /// `title~^Part [0-9]+`, `title!~(?i)teaser`: a regular expression is found in the title, or is not.
    Pattern {
        /// Whether it has to be found.
        wanted: bool,
        /// The expression.
        pattern: String,
    },
    /// `duration>=90s`, `duration<=2h`.
    Duration {
        /// On which side of it.
        limit: Limit,
        /// How long.
        seconds: u32,
    },
    /// `published>=2026-01-01`, `published<=2026-12-31`: the day in UTC, this one included.
    Published {
        /// On which side of it.
        limit: Limit,
        /// The day.
        day: Date,
    },
    /// `kind=video`, `kind!=short`, `kind!=live`.
    Kind {
        /// Whether it has to be one.
        wanted: bool,
        /// What.
        kind: EntryKind,
    },
}

/// On which side of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// It, or more.
    AtLeast,
    /// It, or less.
    AtMost,
}

/// What an entry is, as people tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An ordinary recording.
    Video,
    /// One of those that a site shows as shorts.
    Short,
    /// A broadcast, whether it is over or not.
    Live,
}

/// What a rule is held against.
#[derive(Debug, Clone, Copy)]
pub struct EntryFacts<'a> {
    /// The title, if one was seen.
    pub title: Option<&'a str>,
    /// The address to fetch it from.
    pub url: &'a str,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// When it was published, if that was told.
    pub published_at: Option<Timestamp>,
    /// Whether it is a broadcast.
    pub live_status: LiveStatus,
}

/// Why a rule is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no rule: {reason}")]
pub struct RuleRefused {
    text: String,
    reason: String,
}

impl RuleRefused {
    /// What can be done about it.
    pub const ADVICE: &'static str = "a rule is `title=WORDS`, `title!=WORDS`, `title~REGEX`, `title!~REGEX`, `duration>=90s`, \
        `duration<=2h`, `published>=2026-01-01`, `published<=2026-12-31`, or `kind=` and `kind!=` with `video`, `short` or `live`";

    fn new(text: &str, reason: impl Into<String>) -> Self {
        Self { text: text.to_owned(), reason: reason.into() }
    }
}

impl Filter {
    /// How many rules it has at most.
    pub const RULES_MAX: usize = 32;

    /// Reads rules as people write them; the same one twice is one.
    pub fn new(texts: &[impl AsRef<str>]) -> Result<Self, RuleRefused> {
        let mut rules: Vec<Rule> = Vec::with_capacity(texts.len());
        for text in texts.iter().map(AsRef::as_ref) {
            let rule = text.parse()?;
            if !rules.contains(&rule) {
                rules.push(rule);
            }
            if rules.len() > Self::RULES_MAX {
                return Err(RuleRefused::new(
                    text,
                    format!("a filter has at most {} rules", Self::RULES_MAX),
                ));
            }
        }
        Ok(Self { rules })
    }

    /// Its rules in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether every entry keeps to it.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether it has words that a person wrote.
    pub fn has_words(&self) -> bool {
        self.rules.iter().any(Rule::has_words)
    }

    /// The same without words that a person wrote.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let redacted = |rule: &Rule| if rule.has_words() { Rule::redacted() } else { rule.clone() };
        Self { rules: self.rules.iter().map(redacted).collect() }
    }

    /// Makes it ready to look at many entries.
    pub fn judge(&self) -> Judge<'_> {
        Judge { rules: self.rules.iter().map(|rule| (rule, rule.regex())).collect() }
    }
}

/// A filter that is ready to look at many entries.
#[derive(Debug)]
pub struct Judge<'a> {
    rules: Vec<(&'a Rule, Option<Regex>)>,
}

impl Judge<'_> {
    /// The place of the first rule that an entry breaks; none if it is to be kept.
    pub fn broken(&self, facts: &EntryFacts<'_>) -> Option<usize> {
        self.rules.iter().position(|(rule, regex)| !rule.is_kept_by(regex.as_ref(), facts))
    }
}

impl Rule {
    /// The longest rule, in bytes.
    const BYTES_MAX: usize = 500;
    /// The most memory that an expression may take once it is ready, in bytes.
    const REGEX_BYTES_MAX: usize = 256 << 10;
    /// How deep the groups of an expression may be.
    const REGEX_DEPTH_MAX: u32 = 50;

    /// Whether it has words that a person wrote.
    pub const fn has_words(&self) -> bool {
        matches!(self, Self::Words { .. } | Self::Pattern { .. })
    }

    /// What stands for a rule whose words were erased: no entry keeps to it.
    pub fn redacted() -> Self {
        Self::Words { wanted: true, words: "erased".to_owned() }
    }

    fn is_kept_by(&self, regex: Option<&Regex>, facts: &EntryFacts<'_>) -> bool {
        match self {
            Self::Words { wanted, words } => {
                facts.title.is_some_and(|title| has_words(title, words)) == *wanted
            }
            Self::Pattern { wanted, .. } => {
                let is_found = |title: &str| regex.is_some_and(|regex| regex.is_match(title));
                facts.title.is_some_and(is_found) == *wanted
            }
            Self::Duration { limit, seconds } => {
                facts.duration_ms.is_some_and(|duration| limit.holds(duration, u64::from(*seconds) * 1_000))
            }
            // Each day has its beginning in UTC, and a moment of the last day is within it.
            Self::Published { limit, day } => facts.published_at.is_some_and(|at| match limit {
                Limit::AtLeast => begin_of(*day).is_some_and(|begin| at >= begin),
                Limit::AtMost => day.tomorrow().ok().and_then(begin_of).is_none_or(|end| at < end),
            }),
            Self::Kind { wanted, kind } => (EntryKind::of(facts) == *kind) == *wanted,
        }
    }

    /// An expression that can't be made ready finds nothing; whoever said it was told so.
    fn regex(&self) -> Option<Regex> {
        match self {
            Self::Pattern { pattern, .. } => ready(pattern).ok(),
            Self::Words { .. } | Self::Duration { .. } | Self::Published { .. } | Self::Kind { .. } => None,
        }
    }

    /// Reads how it is written, and does not look whether an expression can be made ready.
    fn read(text: &str) -> Result<Self, RuleRefused> {
        let refused = |reason: &str| Err(RuleRefused::new(text, reason));
        let name_ends = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
        let (name, rest) = text.split_at(name_ends);
        let of = |operator: &str| rest.strip_prefix(operator).map(str::trim);
        let limit = || match (of(">="), of("<=")) {
            (Some(value), _) => Some((Limit::AtLeast, value)),
            (_, Some(value)) => Some((Limit::AtMost, value)),
            (None, None) => None,
        };
        let either = |yes: &str, no: &str| match (of(yes), of(no)) {
            (Some(value), _) => Some((true, value)),
            (_, Some(value)) => Some((false, value)),
            (None, None) => None,
        };
        match name {
            "title" => {
                if let Some((wanted, words)) = either("=", "!=") {
                    if words_of(words).next().is_none() {
                        return refused("it has no word");
                    }
                    return Ok(Self::Words { wanted, words: words.to_owned() });
                }
                match either("~", "!~") {
                    Some((_, "")) => refused("it has no expression"),
                    Some((wanted, pattern)) => Ok(Self::Pattern { wanted, pattern: pattern.to_owned() }),
                    None => refused("`=`, `!=`, `~` or `!~` comes behind `title`"),
                }
            }
            "duration" => match limit().map(|(limit, value)| (limit, seconds(value))) {
                Some((limit, Some(seconds))) => Ok(Self::Duration { limit, seconds }),
                Some((_, None)) => refused("a duration is written like `90s`, `15m` or `1h30m`"),
                None => refused("`>=` or `<=` comes behind `duration`"),
            },
            "published" => match limit().map(|(limit, value)| (limit, value.parse::<Date>())) {
                Some((limit, Ok(day))) => Ok(Self::Published { limit, day }),
                Some((_, Err(_))) => refused("a day is written like `2026-01-31`"),
                None => refused("`>=` or `<=` comes behind `published`"),
            },
            "kind" => match either("=", "!=").map(|(wanted, value)| (wanted, EntryKind::of_word(value))) {
                Some((wanted, Some(kind))) => Ok(Self::Kind { wanted, kind }),
                Some((_, None)) => refused("a kind is `video`, `short` or `live`"),
                None => refused("`=` or `!=` comes behind `kind`"),
            },
            _ => refused("it is about none of `title`, `duration`, `published` and `kind`"),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleRefused;

    fn from_str(text: &str) -> Result<Self, RuleRefused> {
        let text = text.trim();
        if text.len() > Self::BYTES_MAX || text.contains(char::is_control) {
            let reason = format!("it has at most {} bytes, and no control characters", Self::BYTES_MAX);
            return Err(RuleRefused::new("", reason));
        }
        let rule = Self::read(text)?;
        if let Self::Pattern { pattern, .. } = &rule
            && let Err(error) = ready(pattern)
        {
            let last = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
            return Err(RuleRefused::new(text, last));
        }
        Ok(rule)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |wanted: &bool| if *wanted { "" } else { "!" };
        match self {
            Self::Words { wanted, words } => write!(formatter, "title{}={words}", not(wanted)),
            Self::Pattern { wanted, pattern } => write!(formatter, "title{}~{pattern}", not(wanted)),
            Self::Duration { limit, seconds } => {
                let told = format!("{:#}", SignedDuration::from_secs(i64::from(*seconds))).replace(' ', "");
                write!(formatter, "duration{}{told}", limit.sign())
            }
            Self::Published { limit, day } => write!(formatter, "published{}{day}", limit.sign()),
            Self::Kind { wanted, kind } => write!(formatter, "kind{}={}", not(wanted), kind.word()),
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleRefused;

    fn try_from(text: String) -> Result<Self, RuleRefused> {
        Self::read(&text)
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

impl Limit {
    const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
        }
    }

    const fn holds(self, value: u64, limit: u64) -> bool {
        match self {
            Self::AtLeast => value >= limit,
            Self::AtMost => value <= limit,
        }
    }
}

impl EntryKind {
    const ALL: [Self; 3] = [Self::Video, Self::Short, Self::Live];

    const fn word(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Short => "short",
            Self::Live => "live",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// A short is known by its address: that is what its site shows it under.
    fn of(facts: &EntryFacts<'_>) -> Self {
        if facts.live_status != LiveStatus::NotLive {
            Self::Live
        } else if facts.url.contains("/shorts/") {
            Self::Short
        } else {
            Self::Video
        }
    }
}

fn ready(pattern: &str) -> Result<Regex, regex::Error> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(Rule::REGEX_BYTES_MAX).dfa_size_limit(Rule::REGEX_BYTES_MAX);
    builder.nest_limit(Rule::REGEX_DEPTH_MAX).build()
}

/// Words in lower case.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

fn has_words(title: &str, words: &str) -> bool {
    let of_title: Vec<String> = words_of(title).collect();
    words_of(words).all(|word| of_title.contains(&word))
}

fn seconds(text: &str) -> Option<u32> {
    let span: Span = text.parse().ok()?;
    let seconds = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok()?;
    let is_whole = seconds.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&seconds);
    is_whole.then_some(seconds as u32)
}

fn begin_of(day: Date) -> Option<Timestamp> {
    let begin = day.to_zoned(TimeZone::UTC).ok()?;
    Some(Timestamp::from_micros(begin.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests;
