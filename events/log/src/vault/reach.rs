/// A place that may have what was destroyed here, and that no program reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct OutOfReach {
    /// One word.
    pub place: &'static str,
    /// What may be there, and what to do.
    pub message: &'static str,
}

/// Where something of a deleted secret may be left. `mediary backup` and `log export` are not among them: they hold
/// neither keys nor values.
pub const OUT_OF_REACH: &[OutOfReach] = &[
    OutOfReach {
        place: "copies",
        message: "copies of the data folder that other programs made, snapshots of its disk among them: each that has the \
                  folder `vault` of then opens with the key file of then",
    },
    OutOfReach {
        place: "disk",
        message: "the disk itself: what is removed is not overwritten, and may be found by whoever has the disk, unless \
                  that is encrypted",
    },
    OutOfReach {
        place: "source",
        message: "where it came from: whoever sent it, the shell or file that it was typed into, swap and dumps of memory, \
                  and the site that takes it; only that site can make it worthless",
    },
    OutOfReach {
        place: "name",
        message: "the secret's name and ids stay in the log, its backups and bundles; `mediary log erase` takes the name out \
                  of this log",
    },
];
