//! yt-dlp's progress lines to progress of the whole item.

use mediary_schema::job::Progress;
use serde::Deserialize;
use tokio::sync::watch;

/// Adds up the streams of an item.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    sender: &'a watch::Sender<Progress>,
    /// The size of all streams, if the source told that of each.
    total: Option<u64>,
    /// Bytes of the streams that are done.
    before: u64,
    several: bool,
}

#[derive(Debug, Deserialize)]
struct Printed {
    status: Option<String>,
    downloaded_bytes: Option<u64>,
    total_bytes: Option<u64>,
    total_bytes_estimate: Option<f64>,
    speed: Option<f64>,
    eta: Option<f64>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(sender: &'a watch::Sender<Progress>, total: Option<u64>, streams: usize) -> Self {
        let meter = Self { sender, total, before: 0, several: streams > 1 };
        meter.say("downloading", 0, total, None, None);
        meter
    }

    /// Takes the JSON of a progress line; what can't be read is left out, since the next one comes soon.
    pub(super) fn take(&mut self, json: &str) {
        let Ok(printed) = serde_json::from_str::<Printed>(json) else { return };
        let of_stream =
            printed.total_bytes.or_else(|| printed.total_bytes_estimate.map(|bytes| bytes as u64));
        let downloaded = printed.downloaded_bytes.or(of_stream).unwrap_or(0);
        let total = self.total.or(if self.several { None } else { of_stream });
        let done = self.before.saturating_add(downloaded);
        let eta = printed.eta.filter(|_| total.is_some() && !self.several).map(|seconds| seconds as u64);
        if printed.status.as_deref() == Some("finished") {
            self.before = done;
        }
        self.say("downloading", done, total.map(|total| total.max(done)), printed.speed, eta);
    }

    /// yt-dlp joins or repairs what is downloaded.
    pub(super) fn joining(&mut self) {
        self.say("joining", self.before, self.total.or(Some(self.before)), None, None);
    }

    fn say(&self, stage: &str, done: u64, total: Option<u64>, rate: Option<f64>, eta_seconds: Option<u64>) {
        self.sender.send_replace(Progress {
            stage: stage.to_owned(),
            done,
            total,
            unit: "bytes".to_owned(),
            rate_per_second: rate.filter(|rate| *rate > 0.0),
            eta_seconds,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_streams_are_one_progress() {
        let (sender, receiver) = watch::channel(Progress::default());
        let mut meter = Meter::new(&sender, Some(300), 2);
        meter.take(r#"{"status": "downloading", "downloaded_bytes": 50, "total_bytes": 100, "speed": 10.0, "eta": 5}"#);
        let progress = receiver.borrow().clone();
        assert_eq!((progress.done, progress.total, progress.rate_per_second), (50, Some(300), Some(10.0)));
        assert_eq!(progress.eta_seconds, None, "yt-dlp means this stream only");
        meter.take(r#"{"status": "finished", "total_bytes": 100}"#);
        meter.take(r#"{"status": "downloading", "downloaded_bytes": 20, "total_bytes": 200, "speed": 0}"#);
        let progress = receiver.borrow().clone();
        assert_eq!((progress.done, progress.total, progress.rate_per_second), (120, Some(300), None));
    }

    #[test]
    fn one_stream_may_have_an_estimate() {
        let (sender, receiver) = watch::channel(Progress::default());
        let mut meter = Meter::new(&sender, None, 1);
        meter.take(
            r#"{"status": "downloading", "downloaded_bytes": 50, "total_bytes_estimate": 99.5, "eta": 7}"#,
        );
        let progress = receiver.borrow().clone();
        assert_eq!((progress.done, progress.total, progress.eta_seconds), (50, Some(99), Some(7)));
        meter.take("junk");
        assert_eq!(*receiver.borrow(), progress);
    }
}
