use std::{fs, io, path::Path, time::Duration};

use http::{HeaderValue, StatusCode, header};
use mediary_schema::{
    FailureClass,
    job::{Failure, Progress},
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    partial::{OVERLAP_BYTES, Partial},
    writer::{Place, Writer, Written},
};
use crate::{
    net::{Answer, Net, Packing, Request, Validators, failure_of},
    process::{Assignment, storage_class},
    ytdlp::{Downloaded, Extracted},
};

/// Breaks in a row after which nothing more arrived.
const FRUITLESS_MAX: u32 = 3;
/// The wait after a first break; doubled after each that is fruitless.
const WAIT: Duration = Duration::from_millis(200);
/// How often it is told how far it is.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Fetches the file that was described, and goes on with what an earlier attempt left in the staging folder.
pub async fn fetch(
    net: &Net,
    extracted: &Extracted,
    staging: &Path,
    assignment: &Assignment,
    progress: &watch::Sender<Progress>,
) -> Result<Downloaded, Failure> {
    let [stream] = extracted.streams.as_slice() else {
        return Err(Failure::new(FailureClass::Unsupported, "this is no single file"));
    };
    let partial = Partial::new(staging, &stream.file_name);
    let path = staging.join(&stream.file_name);
    let begin = || fs::create_dir_all(staging).and_then(|()| partial.reopen(&path));
    begin().map_err(|error| storage(&error))?;
    let fetch = Fetch { net, url: &stream.url, partial: &partial, stop: assignment.stop(), progress };
    let resumed_bytes = fetch.run().await?;
    partial.complete(&path).map_err(|error| storage(&error))?;
    Ok(Downloaded { path, resumed_bytes })
}

struct Fetch<'a> {
    net: &'a Net,
    url: &'a str,
    partial: &'a Partial,
    stop: &'a CancellationToken,
    progress: &'a watch::Sender<Progress>,
}

/// Why one answer did not bring the end of the file.
enum Broken {
    /// It broke off, or there was none: there may be more next time.
    Off(Failure),
    /// What is there is of another file, or the source can't go on with it.
    Anew,
    /// For good, as far as this attempt can tell.
    Failed(Failure),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Failed(storage(&error))
    }
}

impl Fetch<'_> {
    /// Answer after answer, until the file is whole; answers how many bytes of it were there before or came by
    /// another answer than the last.
    async fn run(&self) -> Result<u64, Failure> {
        if self.unless_stopped(self.is_whole()).await? {
            return Ok(self.partial.size());
        }
        let mut fruitless = 0;
        loop {
            let before = self.partial.size();
            match self.once().await {
                Ok(resumed_bytes) => return Ok(resumed_bytes),
                Err(Broken::Failed(failure)) => return Err(failure),
                Err(Broken::Anew) => {
                    self.partial.discard().map_err(|error| storage(&error))?;
                    fruitless += 1;
                }
                Err(Broken::Off(failure)) => {
                    let is_further = self.partial.size() > before && self.partial.rest(self.url).is_some();
                    fruitless = if is_further { 0 } else { fruitless + 1 };
                    if fruitless > FRUITLESS_MAX {
                        return Err(Failure { partial: self.partial.size(), ..failure });
                    }
                    self.unless_stopped(tokio::time::sleep(WAIT * 2_u32.pow(fruitless))).await?;
                }
            }
            if fruitless > FRUITLESS_MAX {
                let message = "the source sends another file each time it is asked to go on";
                return Err(Failure::new(FailureClass::Network, message));
            }
        }
    }

    /// Does it, unless the attempt is stopped meanwhile.
    async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {
                Err(Failure::new(FailureClass::WorkerLost, "the download was stopped"))
            }
            done = work => Ok(done),
        }
    }

    /// Whether all of it is there, and the source still says the same of it.
    async fn is_whole(&self) -> bool {
        let Some(earlier) = self.partial.whole(self.url) else { return false };
        let answer = self.net.send(Request::head(self.url)).await;
        answer.is_ok_and(|answer| {
            answer.status.is_success() && earlier.is_same(&Validators::of(&answer.headers))
        })
    }

    /// One answer.
    async fn once(&self) -> Result<u64, Broken> {
        let rest = self.partial.rest(self.url);
        let mut request = Request::get(self.url);
        if let Some((from, validators)) = &rest {
            let condition =
                validators.condition().and_then(|condition| HeaderValue::from_str(condition).ok());
            let range = HeaderValue::from_str(&format!("bytes={from}-")).map_err(io::Error::other)?;
            request = request.header(header::RANGE, range);
            if let Some(condition) = condition {
                request = request.header(header::IF_RANGE, condition);
            }
        }
        let sent = self.unless_stopped(self.net.send(request)).await.map_err(Broken::Failed)?;
        let answer = sent.map_err(|error| {
            let failure = error.failure();
            if failure.class == FailureClass::Network {
                Broken::Off(failure)
            } else {
                Broken::Failed(failure)
            }
        })?;
        let now = Validators::of(&answer.headers);
        let packing = Packing::of(&answer.headers).map_err(|error| Broken::Failed(error.failure()))?;
        match (answer.status, rest) {
            (StatusCode::PARTIAL_CONTENT, Some((from, earlier))) => {
                let goes_on = begins_at(&answer) == Some(from) && earlier.is_same(&now);
                if !goes_on || packing != Packing::None {
                    return Err(Broken::Anew);
                }
                let overlap = self.partial.overlap(from)?;
                tracing::info!(resumed_bytes = from, "download is gone on with");
                self.receive(answer, from, overlap, packing, now.length).await?;
                Ok(from + OVERLAP_BYTES)
            }
            (StatusCode::OK, _) => {
                // Packed, its length and its bytes are those of something else.
                let is_plain = packing == Packing::None;
                let said = if is_plain { now } else { Validators::default() };
                self.partial.begin(self.url, &said)?;
                self.receive(answer, 0, Vec::new(), packing, said.length).await?;
                Ok(0)
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => Err(Broken::Anew),
            (status, _) => Err(match failure_of(status, &answer.headers) {
                Some(failure) if failure.class == FailureClass::Network => Broken::Off(failure),
                Some(failure) => Broken::Failed(failure),
                None => {
                    let message = format!("the source answers {status}, and no file");
                    Broken::Failed(Failure::new(FailureClass::Unsupported, message))
                }
            }),
        }
    }

    /// Takes an answer in, whose first byte is the `from`th of the file.
    async fn receive(
        &self,
        answer: Answer,
        from: u64,
        overlap: Vec<u8>,
        packing: Packing,
        total: Option<u64>,
    ) -> Result<(), Broken> {
        let writer = Writer::begin(Place { path: self.partial.path.clone(), from, overlap, packing });
        let mut meter = Meter::new(self.progress, from, total);
        let mut body = answer.body;
        let broken = loop {
            // Not left in the middle: whoever comes next must find nobody who still writes.
            match self.unless_stopped(body.chunk()).await {
                Ok(Ok(Some(part))) => {
                    meter.add(part.len());
                    if !writer.take(part).await {
                        break None;
                    }
                }
                Ok(Ok(None)) => break None,
                Ok(Err(error)) => break Some(Broken::Off(error.failure())),
                Err(stopped) => break Some(Broken::Failed(stopped)),
            }
        };
        match (writer.end().await, broken) {
            (Ok(Written::Differs), _) => Err(Broken::Anew),
            // What is there of it is on the disk, and the next answer goes on with it.
            (Ok(Written::All) | Err(_), Some(broken)) => Err(broken),
            (Err(error), None)
                if packing != Packing::None && storage_class(&error) != FailureClass::DiskFull =>
            {
                let message = "what the source sends can't be unpacked";
                Err(Broken::Failed(Failure::new(FailureClass::Damaged, message)))
            }
            (Err(error), None) => Err(error.into()),
            (Ok(Written::All), None) => {
                meter.tell();
                let size = self.partial.size();
                match total {
                    Some(total) if size != total => Err(Broken::Off(Failure::new(
                        FailureClass::Network,
                        format!("the source sent {size} bytes of {total}"),
                    ))),
                    _ => Ok(()),
                }
            }
        }
    }
}

/// Where a part begins (`bytes 10-19/20`).
fn begins_at(answer: &Answer) -> Option<u64> {
    let range = answer.header(&header::CONTENT_RANGE)?.strip_prefix("bytes")?.trim_start();
    range.split('-').next()?.parse().ok()
}

/// Tells how far it is.
struct Meter<'a> {
    progress: &'a watch::Sender<Progress>,
    done: u64,
    total: Option<u64>,
    begun: Instant,
    began_with: u64,
    told: Instant,
}

impl<'a> Meter<'a> {
    fn new(progress: &'a watch::Sender<Progress>, done: u64, total: Option<u64>) -> Self {
        let now = Instant::now();
        let meter = Self { progress, done, total, begun: now, began_with: done, told: now };
        meter.tell();
        meter
    }

    fn add(&mut self, bytes: usize) {
        self.done += bytes as u64;
        if self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            self.tell();
        }
    }

    fn tell(&self) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let rate = (seconds > 0.0).then(|| (self.done - self.began_with) as f64 / seconds);
        let left = self.total.map(|total| total.saturating_sub(self.done));
        let eta =
            left.zip(rate.filter(|rate| *rate > 0.0)).map(|(left, rate)| (left as f64 / rate).ceil() as u64);
        self.progress.send_replace(Progress {
            stage: "downloading".to_owned(),
            done: self.done,
            total: self.total,
            unit: "bytes".to_owned(),
            rate_per_second: rate,
            eta_seconds: eta,
        });
    }
}

fn storage(error: &io::Error) -> Failure {
    Failure::new(storage_class(error), format!("the staging folder can't be used: {error}"))
}
