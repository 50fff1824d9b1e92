use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// What an answer says by which its bytes can be told from others (RFC 9110, 8.8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validators {
    /// The tag, as it was sent.
    pub etag: Option<String>,
    /// The date, as it was sent.
    pub last_modified: Option<String>,
    /// Bytes of the whole file.
    pub length: Option<u64>,
}

impl Validators {
    /// What an answer with the whole file says, or one with a part of it.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let of_range = text(header::CONTENT_RANGE).and_then(|range| range.rsplit('/').next());
        let length = of_range.or_else(|| text(header::CONTENT_LENGTH)).and_then(|length| length.parse().ok());
        let owned = |name| text(name).map(str::to_owned);
        Self { etag: owned(header::ETAG), last_modified: owned(header::LAST_MODIFIED), length }
    }

    /// Whether a later answer can be told to be of the same file. A length alone counts, or many plain servers
    /// could never be resumed; what it can't tell apart the check of the file has to find.
    pub fn identify(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some() || self.length.is_some()
    }

    /// What `If-Range` can hold (RFC 9110, 13.1.5): a strong tag, else a date.
    pub fn condition(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }

    /// Whether a part that is sent now is one of the file that this was said of.
    pub fn is_same(&self, now: &Self) -> bool {
        fn agree<T: PartialEq>(now: Option<&T>, earlier: Option<&T>) -> bool {
            earlier.is_none() || now == earlier
        }
        self.identify()
            && agree(now.length.as_ref(), self.length.as_ref())
            // Many servers answer one file with several tags; its date says more.
            && match (&self.last_modified, &self.etag) {
                (Some(_), _) => now.last_modified == self.last_modified,
                (None, etag) => agree(now.etag.as_ref(), etag.as_ref()),
            }
    }

    /// Whether what is said now is surely not of the file that this was said of: what is not said says nothing.
    pub fn is_contradicted(&self, now: &Self) -> bool {
        fn differ<T: PartialEq>(now: Option<&T>, earlier: Option<&T>) -> Option<bool> {
            Some(now? != earlier?)
        }
        let by_date = differ(now.last_modified.as_ref(), self.last_modified.as_ref());
        let by_tag = || differ(now.etag.as_ref(), self.etag.as_ref());
        differ(now.length.as_ref(), self.length.as_ref()) == Some(true)
            || by_date.or_else(by_tag).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(tag: Option<&str>, date: Option<&str>, length: Option<u64>) -> Validators {
        Validators { etag: tag.map(str::to_owned), last_modified: date.map(str::to_owned), length }
    }

    #[test]
    fn the_same_file_is_told_by_date_tag_or_length() {
        let day = "Wed, 21 Oct 2015 07:28:00 GMT";
        let earlier = said(Some("\"a\""), Some(day), Some(9));
        assert!(earlier.is_same(&earlier));
        assert!(earlier.is_same(&said(Some("\"b\""), Some(day), Some(9))), "one of several servers");
        assert!(!earlier.is_same(&said(Some("\"a\""), Some("another"), Some(9))));
        assert!(!earlier.is_same(&said(Some("\"a\""), Some(day), Some(10))));
        assert!(!said(Some("\"a\""), None, None).is_same(&said(Some("\"b\""), None, None)));
        assert!(said(None, None, Some(9)).is_same(&said(None, None, Some(9))));
        assert!(!said(None, None, None).is_same(&said(None, None, None)), "nothing was said");
    }

    #[test]
    fn only_what_is_strong_is_a_condition() {
        assert_eq!(said(Some("\"a\""), Some("date"), None).condition(), Some("\"a\""));
        assert_eq!(said(Some("W/\"a\""), Some("date"), None).condition(), Some("date"));
        assert_eq!(said(Some("W/\"a\""), None, None).condition(), None);
    }
}
