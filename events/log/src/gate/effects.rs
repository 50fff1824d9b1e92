use mediary_schema::lane::Lane;
use serde::Serialize;

/// What would begin and end in the world, outside of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// Jobs that would be queued.
    pub jobs: u64,
    /// Jobs that would be ended, or asked to end: what a running one fetched so far is removed.
    pub ended_jobs: u64,
    /// Files that would be made in the library, if all goes well.
    pub files: u64,
    /// Their bytes; none where only the source knows, which is not asked.
    pub bytes: Option<u64>,
    /// Hosts that would be asked, by how many jobs each.
    pub calls: Vec<Calls>,
}

/// How many jobs would ask a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Its name.
    pub host: String,
    /// How many jobs.
    pub jobs: u64,
}

impl Default for Effects {
    fn default() -> Self {
        Self { jobs: 0, ended_jobs: 0, files: 0, bytes: Some(0), calls: Vec::new() }
    }
}

impl Effects {
    /// One job more asks the host of this address.
    pub fn call(&mut self, address: &str) {
        let Some(Lane::Host(host)) = Lane::of_address(address) else { return };
        match self.calls.iter_mut().find(|calls| calls.host == host) {
            Some(calls) => calls.jobs += 1,
            None => self.calls.push(Calls { host, jobs: 1 }),
        }
    }

    /// One file more, whose size only its source knows.
    pub const fn file(&mut self) {
        self.files += 1;
        self.bytes = None;
    }
}
