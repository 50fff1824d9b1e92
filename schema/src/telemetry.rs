//! Values of telemetry: samples, which are numbers over time of which none decides anything.
//!
//! To add a series: a [`Metric`] here and in [`Metric::ALL`], told by whoever measures.

use std::{borrow::Cow, fmt};

use crate::{
    ProjectId, Timestamp,
    account::{Permission, Role},
};

impl Permission {
    /// See how busy the machine is that the server runs on.
    pub const SEE_MACHINE: Self =
        Self::of_installation("see_machine", Role::Editor, "to see how busy the machine is");
}

/// What is measured: by its name and a subject a series is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name as stored and as people say it: `job.duration`.
    pub name: &'static str,
    /// In what it is measured.
    pub unit: Unit,
    /// What it is, in one sentence without a full stop.
    pub about: &'static str,
    /// What its subject is, if it has one.
    pub subject: Option<&'static str>,
    /// Who may see it, of the project that it is told for.
    pub permission: Permission,
}

/// In what something is measured; numbers are of the unit itself, never of a thousand of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A part of a whole, or a number of things.
    One,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes in a second.
    BytesPerSecond,
}

impl Unit {
    /// Its code in UCUM, the Unified Code for Units of Measure.
    pub const fn code(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Seconds => "s",
            Self::Bytes => "By",
            Self::BytesPerSecond => "By/s",
        }
    }
}

const fn of_machine(name: &'static str, unit: Unit, about: &'static str) -> Metric {
    Metric { name, unit, about, subject: None, permission: Permission::SEE_MACHINE }
}

const fn of_work(name: &'static str, unit: Unit, about: &'static str) -> Metric {
    Metric { name, unit, about, subject: Some("the kind of work"), permission: Permission::READ }
}

const fn of_check(name: &'static str, unit: Unit, about: &'static str) -> Metric {
    Metric { name, unit, about, subject: Some("the check"), permission: Permission::READ }
}

impl Metric {
    /// Every one.
    pub const ALL: &'static [&'static Self] = &[
        &Self::HOST_CPU,
        &Self::HOST_LOAD,
        &Self::HOST_MEMORY_USED,
        &Self::HOST_MEMORY_SIZE,
        &Self::HOST_RECEIVED,
        &Self::HOST_SENT,
        &Self::SERVER_MEMORY,
        &Self::ROOT_FREE,
        &Self::ROOT_SIZE,
        &Self::ATTEMPT_DURATION,
        &Self::ATTEMPT_CPU,
        &Self::ATTEMPT_MEMORY_PEAK,
        &Self::ATTEMPT_RATE,
        &Self::JOB_DURATION,
        &Self::CHECK_UP,
        &Self::CHECK_DURATION,
        &Self::CHECK_VALUE,
    ];
    /// Part of all processors' time.
    pub const HOST_CPU: Self = of_machine(
        "host.cpu",
        Unit::One,
        "The part of all processors' time that was used since the sample before",
    );
    /// Load average.
    pub const HOST_LOAD: Self = of_machine(
        "host.load",
        Unit::One,
        "Processes that ran or waited for a processor or a disk, on average of a minute",
    );
    /// Memory in use.
    pub const HOST_MEMORY_USED: Self =
        of_machine("host.memory_used", Unit::Bytes, "Memory that no program could have at once");
    /// Memory there is.
    pub const HOST_MEMORY_SIZE: Self = of_machine("host.memory_size", Unit::Bytes, "Memory that there is");
    /// What came in by the network.
    pub const HOST_RECEIVED: Self = of_machine(
        "host.received",
        Unit::BytesPerSecond,
        "What came in by the network in a second, on average since the sample before",
    );
    /// What went out by the network.
    pub const HOST_SENT: Self = of_machine(
        "host.sent",
        Unit::BytesPerSecond,
        "What went out by the network in a second, on average since the sample before",
    );
    /// The server's own memory.
    pub const SERVER_MEMORY: Self = of_machine(
        "server.memory",
        Unit::Bytes,
        "Memory that the server itself has, without its child programs",
    );
    /// Free room of a root.
    pub const ROOT_FREE: Self = Self {
        subject: Some("the root"),
        ..of_machine("root.free", Unit::Bytes, "Room on the disk of a root that the server may use")
    };
    /// Room of a root.
    pub const ROOT_SIZE: Self = Self {
        subject: Some("the root"),
        ..of_machine("root.size", Unit::Bytes, "Room on the disk of a root in all")
    };
    /// From the start of a try to its end.
    pub const ATTEMPT_DURATION: Self =
        of_work("attempt.duration", Unit::Seconds, "How long a try at a job worked, whatever came of it");
    /// Processor time of a try.
    pub const ATTEMPT_CPU: Self =
        of_work("attempt.cpu", Unit::Seconds, "Processor time that the programs of a try took");
    /// Peak memory of a try.
    pub const ATTEMPT_MEMORY_PEAK: Self =
        of_work("attempt.memory_peak", Unit::Bytes, "The most memory that one program of a try had");
    /// Bytes that a try kept, by its duration.
    pub const ATTEMPT_RATE: Self = of_work(
        "attempt.rate",
        Unit::BytesPerSecond,
        "Bytes of files that a try kept, by how long it worked",
    );
    /// From the moment a job was asked for to its end.
    pub const JOB_DURATION: Self = of_work(
        "job.duration",
        Unit::Seconds,
        "From the moment a job was asked for until it was done, its waits included",
    );

    /// Whether a look found that all is well.
    pub const CHECK_UP: Self = of_check(
        "check.up",
        Unit::One,
        "1 if a look found that all is well, 0 if not; of what nobody can say there is none",
    );
    /// How long a look took.
    pub const CHECK_DURATION: Self =
        of_check("check.duration", Unit::Seconds, "How long a look of a check took");
    /// A number that a look found.
    pub const CHECK_VALUE: Self = of_check(
        "check.value",
        Unit::One,
        "A number that a look of a check found, in the unit that it has there",
    );

    /// The one of a name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|metric| metric.name == name)
    }
}

/// What a series is about besides its metric: a kind of work, a root. Empty where there is nothing to say.
pub type SubjectName = Cow<'static, str>;

/// A number that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Whose it is; what is the installation's is told for `home`.
    pub project: ProjectId,
    /// What was measured.
    pub metric: &'static Metric,
    /// Of what, or nothing.
    pub subject: SubjectName,
    /// When; kept to the millisecond.
    pub at: Timestamp,
    /// The number, in the metric's unit.
    pub value: f64,
}

impl Sample {
    /// The longest subject in bytes.
    pub const SUBJECT_BYTES_MAX: usize = 128;

    /// A number of the installation's own, of nothing in particular.
    pub const fn of_installation(metric: &'static Metric, at: Timestamp, value: f64) -> Self {
        Self { project: ProjectId::HOME, metric, subject: Cow::Borrowed(""), at, value }
    }

    /// The series that it is of.
    pub fn series(&self) -> SeriesName {
        SeriesName { metric: self.metric.name.into(), subject: self.subject.clone() }
    }

    /// Whether it can be kept: a number that is one, and a subject that people can read.
    pub fn is_sound(&self) -> bool {
        let is_short = self.subject.len() <= Self::SUBJECT_BYTES_MAX;
        self.value.is_finite() && is_short && !self.subject.contains(char::is_control)
    }
}

/// A series by what people call it: `host.load`, `job.duration/download`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesName {
    /// The metric.
    pub metric: Cow<'static, str>,
    /// Of what, or nothing.
    pub subject: SubjectName,
}

impl SeriesName {
    /// Reads a name; whether there is such a series is another question.
    pub fn of(text: &str) -> Self {
        let (metric, subject) = text.split_once('/').unwrap_or((text, ""));
        Self { metric: metric.to_owned().into(), subject: subject.to_owned().into() }
    }
}

impl fmt::Display for SeriesName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.metric)?;
        if self.subject.is_empty() { Ok(()) } else { write!(formatter, "/{}", self.subject) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_metric_has_a_name_of_its_own_and_a_unit() {
        let names: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            assert_eq!(Metric::of_name(metric.name), Some(*metric));
            assert!(metric.name.chars().all(|letter| letter.is_ascii_lowercase() || "._".contains(letter)));
            assert!(!metric.about.ends_with('.'), "{}", metric.name);
        }
        assert_eq!(Metric::of_name("host"), None);
    }

    #[test]
    fn a_series_is_read_as_it_is_written() {
        for text in ["host.load", "job.duration/download", "root.free/Films / new"] {
            assert_eq!(SeriesName::of(text).to_string(), text);
        }
        assert_eq!(SeriesName::of("job.duration/download").subject, "download");
    }

    #[test]
    fn what_is_no_number_or_no_text_is_not_kept() {
        let sample = |subject: &str, value| Sample {
            subject: subject.to_owned().into(),
            ..Sample::of_installation(&Metric::ROOT_FREE, Timestamp::from_micros(0), value)
        };
        assert!(sample("", -1.5).is_sound() && sample("Filme", 0.0).is_sound());
        assert!(!sample("", f64::NAN).is_sound() && !sample("", f64::INFINITY).is_sound());
        assert!(!sample("a\nb", 1.0).is_sound() && !sample(&"a".repeat(129), 1.0).is_sound());
    }
}
