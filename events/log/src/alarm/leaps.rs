//! Who tells that the wall clock leapt: it was set, or the machine slept.

use std::{io, os::fd::OwnedFd, sync::Arc};

use rustix::{
    io::Errno,
    time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    },
};
use tokio::{io::unix::AsyncFd, sync::Notify};

/// Tells of leaps of the wall clock.
#[derive(Debug)]
pub struct Leaps(Source);

#[derive(Debug)]
enum Source {
    /// The kernel does: a timer that is cancelled by them.
    Kernel(AsyncFd<OwnedFd>),
    /// Whoever drives the clock does.
    Driver(Arc<Notify>),
    /// Nobody does.
    Nobody,
}

/// A moment that nobody waits for: the year 2242.
const NEVER_S: i64 = 1 << 33;

impl Leaps {
    /// Those of the system's clock. Called where there is a runtime.
    pub fn system() -> Self {
        match kernel_timer() {
            Ok(timer) => Self(Source::Kernel(timer)),
            Err(error) => {
                tracing::warn!(%error, "the system does not tell when its clock is set: it is looked at twice a minute");
                Self(Source::Nobody)
            }
        }
    }

    /// Those of a clock that a test drives: it tells of each.
    pub fn driven() -> (Self, Arc<Notify>) {
        let driver = Arc::new(Notify::new());
        (Self(Source::Driver(Arc::clone(&driver))), driver)
    }

    /// Those of a system that doesn't tell them.
    #[cfg(test)]
    pub(super) const fn untold() -> Self {
        Self(Source::Nobody)
    }

    /// Whether they are told.
    pub(super) const fn are_told(&self) -> bool {
        !matches!(self.0, Source::Nobody)
    }

    /// Waits for the next one.
    pub(super) async fn next(&self) {
        match &self.0 {
            Source::Kernel(timer) => cancelled(timer).await,
            Source::Driver(driver) => driver.notified().await,
            Source::Nobody => std::future::pending().await,
        }
    }
}

fn kernel_timer() -> io::Result<AsyncFd<OwnedFd>> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let never = Timespec { tv_sec: NEVER_S, tv_nsec: 0 };
    let once = Itimerspec { it_interval: Timespec::default(), it_value: never };
    timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &once)?;
    #[expect(
        deprecated,
        reason = "its successor is unsafe code, for types that may lose their descriptor; this one can't"
    )]
    AsyncFd::new(timer)
}

/// Waits until the timer was cancelled. Reading takes that away, and the timer goes on.
async fn cancelled(timer: &AsyncFd<OwnedFd>) {
    loop {
        let Ok(mut ready) = timer.readable().await else {
            // The runtime ends, and with it the waiting.
            return std::future::pending().await;
        };
        let read = rustix::io::read(timer.get_ref(), &mut [0_u8; 8]);
        ready.clear_ready();
        if !matches!(read, Err(Errno::AGAIN | Errno::INTR)) {
            return;
        }
    }
}
