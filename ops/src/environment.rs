//! The only place that reads the process's environment and signals.

use std::{ffi::OsString, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Every variable, for child programs to be given a cleaned choice of.
pub fn variables() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// One variable, if it is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the place where the environment is read")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What this machine calls itself: its `machine-id`, which outlives names and addresses, else its name.
pub fn machine() -> Option<String> {
    const FILES: [&str; 3] = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/proc/sys/kernel/hostname"];
    FILES.iter().find_map(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        Some(text.trim().to_owned()).filter(|name| !name.is_empty() && name != "uninitialized")
    })
}

/// What asks the process to stop.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next wish to stop.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
