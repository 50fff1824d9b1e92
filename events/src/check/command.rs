use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{Definition, Reason, Report, Verdict},
};

/// What may be asked of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Look again and again from now on.
    Define {
        /// What people call it.
        name: String,
        /// What is looked at, how and when.
        definition: Box<Definition>,
        /// Whether it takes the place of what is checked under this name.
        replace: bool,
        /// The file of the server's folder of checks that it is said in; none if it is said by command.
        file: Option<String>,
        /// The moment of it.
        now: Timestamp,
    },
    /// Look no more until it is resumed.
    Pause,
    /// Look again.
    Resume {
        /// The moment of it.
        now: Timestamp,
    },
    /// Look no more, and forget what was wrong.
    Remove {
        /// The moment of it.
        now: Timestamp,
    },
    /// Look now, too.
    RequestRun {
        /// The look.
        run_id: RunId,
        /// What it is looked at for.
        reference: Option<String>,
    },
    /// The look that was asked for is over.
    EndRun {
        /// The look.
        run_id: RunId,
        /// What it found.
        verdict: Verdict,
        /// Why nobody can say, if so.
        reason: Option<Reason>,
        /// What was seen, in one line.
        message: String,
        /// How long it took, in milliseconds.
        took_ms: u64,
    },
    /// This was found.
    Observe {
        /// What it says.
        verdict: Verdict,
        /// Why nobody can say, if so.
        reason: Option<Reason>,
        /// What was seen, in one line.
        message: String,
        /// When.
        at: Timestamp,
        /// By which look; none if it was none, such as a moment that went by.
        run_id: Option<RunId>,
    },
    /// Enough looks failed: something is wrong.
    OpenIncident {
        /// What is wrong, from now on.
        incident_id: IncidentId,
        /// The check that this one can't be well without, and that is not well.
        behind: Option<CheckId>,
        /// The moment of it.
        now: Timestamp,
    },
    /// What it was behind is well, and it is wrong all the same.
    DetachIncident {
        /// The moment of it.
        now: Timestamp,
    },
    /// It is wrong for a while: tell it again.
    Remind {
        /// The moment of it.
        now: Timestamp,
    },
    /// Enough looks were well: it is over.
    CloseIncident {
        /// The moment of it.
        now: Timestamp,
    },
    /// Somebody knows of it.
    Acknowledge {
        /// What he has to say.
        note: Option<String>,
    },
    /// Tell nobody until then.
    Snooze {
        /// Until when; none ends it.
        until: Option<Timestamp>,
        /// The moment of it.
        now: Timestamp,
    },
    /// Write down how a month of it was.
    Report {
        /// What that was.
        report: Box<Report>,
    },
}
