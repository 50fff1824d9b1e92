//! Between what the numbers of a look have to be (CH-03).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, Reason, Value, Verdict};

/// What a number of a look has to be; both bounds are within it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// What the number is called.
    pub value: String,
    /// What it is at least, in its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// What it is at most, in its own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
}

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Bound(f64);

/// Why a bound is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bound is a finite number")]
pub struct NotFinite;

/// Why thresholds are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdRefused {
    /// Nothing is asked of the number.
    #[error("a threshold of {value:?} has `min`, `max` or both")]
    Nothing {
        /// What the number is called.
        value: String,
    },
    /// No number is so.
    #[error("the `min` of {value:?} is above its `max`")]
    Order {
        /// What the number is called.
        value: String,
    },
    /// More than a look has numbers.
    #[error("a check has {} thresholds at most", Finding::VALUES_MAX)]
    Many,
}

// A finite number is itself.
impl Eq for Bound {}

impl TryFrom<f64> for Bound {
    type Error = NotFinite;

    fn try_from(number: f64) -> Result<Self, NotFinite> {
        if number.is_finite() { Ok(Self(number)) } else { Err(NotFinite) }
    }
}

impl From<Bound> for f64 {
    fn from(Bound(number): Bound) -> Self {
        number
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Threshold {
    /// Refuses what is none.
    pub fn check(all: &[Self]) -> Result<(), ThresholdRefused> {
        if all.len() > Finding::VALUES_MAX {
            return Err(ThresholdRefused::Many);
        }
        all.iter().try_for_each(|Self { value, min, max }| match (min, max) {
            (None, None) => Err(ThresholdRefused::Nothing { value: value.clone() }),
            (Some(Bound(min)), Some(Bound(max))) if min > max => {
                Err(ThresholdRefused::Order { value: value.clone() })
            }
            _ => Ok(()),
        })
    }

    /// Why a number is not within it, if it is not.
    fn broken_by(&self, found: &Value) -> Option<String> {
        let (word, bound) = match (self.min, self.max) {
            (Some(min), _) if found.value < min.0 => ("below", min),
            (_, Some(max)) if found.value > max.0 => ("above", max),
            _ => return None,
        };
        let unit = if found.unit.is_empty() { String::new() } else { format!(" {}", found.unit) };
        Some(format!("{} is {}{unit}, {word} {bound}{unit}", found.name, found.value))
    }
}

impl Finding {
    /// The same, by what its numbers have to be: what is well fails if one is not, and nobody can say if one is not there.
    #[must_use]
    pub fn within(self, thresholds: &[Threshold]) -> Self {
        if self.verdict != Verdict::Ok {
            return self;
        }
        for threshold in thresholds {
            let found = self.values.iter().find(|found| found.name == threshold.value);
            let instead = match found {
                None => {
                    Self::unknown(Reason::SaidSo, format!("it found no number called {:?}", threshold.value))
                }
                Some(found) => match threshold.broken_by(found) {
                    None => continue,
                    Some(why) => Self::failing(format!("{why}: {}", self.message)),
                },
            };
            return Self { values: self.values, ..instead };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threshold(value: &str, min: Option<f64>, max: Option<f64>) -> Threshold {
        let bound = |number: f64| Bound::try_from(number).unwrap();
        Threshold { value: value.to_owned(), min: min.map(bound), max: max.map(bound) }
    }

    #[test]
    fn a_number_beyond_its_bounds_fails_and_one_that_is_not_there_is_unknown() {
        let found = || Finding::ok("fine").with([Value::new("free", 8.0, "%"), Value::new("queue", 3.0, "")]);
        let said = |thresholds: &[Threshold]| {
            let Finding { verdict, message, values, .. } = found().within(thresholds);
            assert_eq!(values.len(), 2, "numbers are kept whatever they are");
            (verdict, message)
        };
        assert_eq!(said(&[]), (Verdict::Ok, "fine".to_owned()));
        assert_eq!(said(&[threshold("free", Some(8.0), Some(8.0))]).0, Verdict::Ok, "bounds are within");
        let low = said(&[threshold("queue", None, Some(5.0)), threshold("free", Some(10.0), None)]);
        assert_eq!(low, (Verdict::Failing, "free is 8 %, below 10 %: fine".to_owned()));
        let long = said(&[threshold("queue", None, Some(2.5))]);
        assert_eq!(long, (Verdict::Failing, "queue is 3, above 2.5: fine".to_owned()));
        assert_eq!(said(&[threshold("load", None, Some(1.0))]).0, Verdict::Unknown);
        let failing = Finding::failing("down").within(&[threshold("load", None, Some(1.0))]);
        assert_eq!(failing, Finding::failing("down"), "what fails fails");
    }

    #[test]
    fn what_is_no_threshold_is_refused() {
        assert!(matches!(
            Threshold::check(&[threshold("a", None, None)]),
            Err(ThresholdRefused::Nothing { .. })
        ));
        let order = [threshold("a", Some(2.0), Some(1.0))];
        assert!(matches!(Threshold::check(&order), Err(ThresholdRefused::Order { .. })));
        assert_eq!(Threshold::check(&vec![threshold("a", Some(1.0), None); 33]), Err(ThresholdRefused::Many));
        assert!(Bound::try_from(f64::NAN).is_err());
        assert!(serde_json::from_str::<Threshold>(r#"{ "value": "a", "min": 1 }"#).is_ok());
    }
}
