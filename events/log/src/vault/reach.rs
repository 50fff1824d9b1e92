/// A place that may have what was destroyed here, and that no program reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct OutOfReach {
    /// One word.
    pub place: &'static str,
    /// What may be there, and what to do.
    pub message: &'static str,
}

const COPIES: OutOfReach = OutOfReach {
    place: "copies",
    message: "copies of the data folder that other programs made, snapshots of its disk among them: each that has the \
              folder `vault` of then opens with the key file of then",
};

const DISK: OutOfReach = OutOfReach {
    place: "disk",
    message: "the disk itself: what is removed is not overwritten, and may be found by whoever has the disk, unless \
              that is encrypted",
};

/// Where something of a deleted secret may be left. `mediary backup` and `log export` are not among them: they hold
/// neither its key nor its value.
pub const OUT_OF_REACH: &[OutOfReach] = &[
    COPIES,
    DISK,
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

/// Where something of a person may be left whose keys were destroyed.
pub const OUT_OF_REACH_OF_SHREDDING: &[OutOfReach] = &[
    OutOfReach {
        place: "backups",
        message: "backups that `mediary backup` made before: each has the keys of then, and the master key if its file lay in the \
                  data folder; keep none that is older than today",
    },
    COPIES,
    DISK,
    OutOfReach {
        place: "answers",
        message: "what was shown or written out to whom it belonged: lists that were exported as M3U8 or XSPF, and answers that \
                  programs kept",
    },
    OutOfReach {
        place: "envelopes",
        message: "that something was recorded, when, by which id and about which things stays in the log, its backups and \
                  bundles",
    },
];
