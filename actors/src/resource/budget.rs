use mediary_schema::{lane::Lane, site::RequestBudget};

/// How much of a resource there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Users at once.
    pub units: u32,
    /// How many of them may be leases; what is left is for permits alone.
    pub leases_max: u32,
}

impl Budget {
    /// As many, and all of them for leases.
    const fn of_leases(units: u32) -> Self {
        Self { units, leases_max: units }
    }
}

/// How much there is of each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    /// Of a host: jobs and requests at once. Two at least, as one is never leased.
    pub host: u32,
    /// Of the library's disk.
    pub library_disk: u32,
    /// Of an encoder.
    pub encoder: u32,
    /// How often a site is asked of which nobody said anything.
    pub usual: RequestBudget,
}

impl Default for Budgets {
    fn default() -> Self {
        // As many jobs as there can be at once need a disk, those besides that have returned their slot: what is too
        // many for it, the limits say. Cheap encoders encode for one; none says how many it can.
        Self { host: 8, library_disk: 128, encoder: 1, usual: RequestBudget::UNLIMITED }
    }
}

impl Budgets {
    /// The least for a host.
    pub const HOST_MIN: u32 = 2;

    /// How much there is of what work needs by this lane.
    pub const fn of(self, lane: &Lane) -> Budget {
        match lane {
            Lane::Host(_) => {
                let units = if self.host < Self::HOST_MIN { Self::HOST_MIN } else { self.host };
                // Jobs that wait for permits of each other's hosts would wait for ever without it.
                Budget { units, leases_max: units - 1 }
            }
            Lane::LibraryDisk => Budget::of_leases(self.library_disk),
            Lane::Encoder(_) => Budget::of_leases(self.encoder),
            Lane::Drive(_) | Lane::Trash => Budget::of_leases(1),
        }
    }
}
