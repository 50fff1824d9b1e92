//! Files in a concern's folder beside those of its roles.

/// A pure rule that is large enough to have a name of its own beside `decide`: (crate, concern, file).
pub(super) const NAMED_RULES: &[(&str, &str, &str)] = &[
    // What one refresh of a list changed.
    ("events", "playlist", "diff"),
    // What is otherwise in a list at a later moment.
    ("events", "playlist", "compare"),
    // Rows in an order.
    ("events", "playlist", "rows"),
    // Whether an event is one that a rule is about, and the rules that nobody has to add.
    ("events", "notification", "matching"),
    ("events", "notification", "standard"),
    // What is kept without being asked for, and what a rule skips.
    ("events", "playlist", "keeping"),
    // People who come in by a name and a password.
    ("events", "account", "user"),
    ("api", "account", "user"),
    // When a failed attempt is tried again.
    ("events", "job", "backoff"),
    // One try and its life, what is open for whom, who gives it out, who does it, and how it ends.
    ("actors", "job", "attempt"),
    ("actors", "job", "attempt_actor"),
    ("actors", "job", "board"),
    ("actors", "job", "desk"),
    ("actors", "job", "dispatcher"),
    ("actors", "job", "performer"),
    ("actors", "job", "ending"),
    // What stands behind the port of an attempt of this process.
    ("actors", "job", "here"),
    // Where deleted files wait, and who destroys them.
    ("actors", "plan", "trash"),
    ("actors", "plan", "purger"),
    // How full the trash is, and how a file gets its other name.
    ("actors", "plan", "rename"),
    ("actors", "plan", "replace"),
    ("actors", "plan", "batch"),
    ("actors", "plan", "usage"),
    // Roots as the log has them, with their folders.
    ("actors", "file", "roots"),
    // Files as the log has them, beside what is in their places.
    ("actors", "file", "shelf"),
    // A kept file, or what lies beside it, opened to be handed out, and which chapters it has, by what is in it.
    ("actors", "file", "opening"),
    ("actors", "file", "chapters"),
    // How a file is followed that somebody renamed: whose a path and an inode is, where it is looked for, what became of it.
    ("actors", "file", "index"),
    ("actors", "file", "search"),
    ("actors", "file", "displaced"),
    ("actors", "file", "moving"),
    ("actors", "file", "look"),
    // Which files of a page are read, of a reading that was asked for.
    ("actors", "file", "page"),
    // A message as the request that its service takes, which is due when, and what goes by mail, which is no request.
    ("actors", "delivery", "call"),
    ("actors", "delivery", "due"),
    ("actors", "delivery", "mail"),
    // What somebody says, who is let in and how often, what is answered, what came of what was asked for, and who listens.
    ("actors", "bot", "wish"),
    ("actors", "bot", "guests"),
    ("actors", "bot", "answer"),
    ("actors", "bot", "order"),
    ("actors", "bot", "under_way"),
    ("actors", "bot", "poller"),
    ("actors", "bot", "telegram"),
    // What files say, what is told again, when each check comes next, a look and what it is by its kind, what was found, and what that comes to as numbers.
    ("actors", "check", "roster"),
    ("actors", "check", "look"),
    ("actors", "check", "kinds"),
    ("actors", "check", "found"),
    ("actors", "check", "measured"),
    ("actors", "check", "folder"),
    // What is wrong with a check, what can be one, what the program of a look wrote, what was found look by look, and what a rule makes of it.
    ("events", "check", "incident"),
    ("events", "check", "define"),
    ("api", "check", "log"),
    ("projections", "check", "looks"),
    ("api", "check", "backtest"),
    ("api", "check", "looks"),
    ("api", "check", "report"),
    ("actors", "check", "reminders"),
    // When each schedule comes next.
    ("actors", "schedule", "timetable"),
    // What a refresh has seen until its end.
    ("actors", "playlist", "pages"),
    // What a reaction is, how far each got, and one file from event to command.
    ("actors", "reaction", "plan"),
    ("actors", "reaction", "reacted"),
    ("actors", "reaction", "download_completed_to_transcode"),
    ("actors", "reaction", "downloads_requested_to_request"),
    ("actors", "reaction", "entry_live_status_changed_to_resume"),
    // Lists as files that players read and write, and which thing a row of one is.
    ("api", "collection", "m3u8"),
    ("api", "collection", "xspf"),
    ("api", "collection", "tracks"),
    ("api", "collection", "matching"),
    ("actors", "reaction", "events_to_notices"),
    // What was thrown away, by its hash; how much room a download takes; what is known of an item, as players read it.
    ("actors", "download", "thrown"),
    ("actors", "download", "watch"),
    ("actors", "download", "nfo"),
    // What an encoder is told, how far it says that it is, what it made, whether that is proved and looks like what it was made of,
    // what lies in folders.
    ("actors", "transcode", "arguments"),
    ("actors", "transcode", "progress"),
    ("actors", "transcode", "making"),
    ("actors", "transcode", "likeness"),
    ("actors", "transcode", "survey"),
    ("actors", "transcode", "what_if"),
    ("actors", "file", "ours"),
    ("actors", "watch", "folder"),
    ("actors", "watch", "settling"),
    ("actors", "watch", "watched"),
    ("actors", "watch", "writers"),
];
