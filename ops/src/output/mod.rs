//! What a command prints: data on stdout, everything else on stderr.
//!
//! Guarantees: text from a source never reaches a terminal with its control characters; colours and
//! progress are for terminals only.

mod progress;
mod table;
mod text;

use std::io::{self, IsTerminal as _, Write};

use clap::ValueEnum;
use serde::Serialize;

pub(crate) use self::{
    progress::Progress,
    table::{Table, fields},
    text::{bytes, clean, duration, moment, optional, plural, word},
};

/// How data are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// For programs: one object or array.
    Json,
}

/// Where a command prints to.
pub(crate) struct Output {
    format: Format,
    data: Box<dyn Write + Send>,
    notes: Box<dyn Write + Send>,
    is_pretty: bool,
    shows_progress: bool,
}

impl Output {
    /// Stdout and stderr of this process.
    pub(crate) fn of_process(format: Format) -> Self {
        Self {
            format,
            data: Box::new(io::stdout()),
            notes: Box::new(io::stderr()),
            is_pretty: io::stdout().is_terminal(),
            shows_progress: io::stderr().is_terminal(),
        }
    }

    /// One that nobody sees.
    pub(crate) fn nowhere() -> Self {
        let nowhere = || Box::new(io::sink());
        Self {
            format: Format::Json,
            data: nowhere(),
            notes: nowhere(),
            is_pretty: false,
            shows_progress: false,
        }
    }

    /// Prints a value: as it is, or as the text that `table` makes of it.
    pub(crate) fn show<T: Serialize>(
        &mut self,
        value: &T,
        table: impl FnOnce(&T) -> String,
    ) -> io::Result<()> {
        match self.format {
            Format::Table => self.text(&table(value)),
            Format::Json => self.json(value),
        }
    }

    /// Whether a person watches what is said.
    pub(crate) fn is_watched(&self) -> bool {
        self.shows_progress
    }

    /// Whether programs read it.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a line of data, or several.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        let text = text.trim_end_matches('\n');
        if !text.is_empty() {
            writeln!(self.data, "{text}")?;
        }
        self.data.flush()
    }

    /// Prints a piece of lines as it came; a terminal gets no control characters but their ends.
    pub(crate) fn lines(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.is_pretty {
            let shown: Vec<u8> =
                piece.iter().copied().filter(|byte| *byte == b'\n' || !byte.is_ascii_control()).collect();
            return self.data.write_all(&shown);
        }
        self.data.write_all(piece)
    }

    /// Prints a value on a line of its own; on a terminal, on as many as it needs to be read.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let is_pretty = self.is_pretty;
        self.json_line(value, is_pretty)
    }

    /// Prints a value on exactly one line.
    pub(crate) fn ndjson(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.json_line(value, false)
    }

    fn json_line(&mut self, value: &impl Serialize, is_pretty: bool) -> io::Result<()> {
        let text = if is_pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        writeln!(self.data, "{}", text?)?;
        self.data.flush()
    }

    /// Begins to print values one after the other, each a line of a table or an item of one JSON array.
    pub(crate) fn array(&mut self) -> io::Result<Array<'_>> {
        if self.is_json() {
            self.data.write_all(b"[")?;
        }
        Ok(Array { output: self, is_empty: true })
    }

    /// Tells a person something that is no data.
    pub(crate) fn note(&mut self, text: &str) {
        // Nobody can be told that nobody can be told.
        drop(writeln!(self.notes, "{text}"));
    }

    /// A bar on a terminal, nothing elsewhere.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.shows_progress)
    }
}

/// Values that are printed one after the other, since there may be more than fit into memory.
pub(crate) struct Array<'a> {
    output: &'a mut Output,
    is_empty: bool,
}

impl Array<'_> {
    /// Prints the next one.
    pub(crate) fn item<T: Serialize>(
        &mut self,
        value: &T,
        line: impl FnOnce(&T) -> String,
    ) -> io::Result<()> {
        if self.output.is_json() {
            let text = serde_json::to_string(value)?;
            let before = if self.is_empty { "\n" } else { ",\n" };
            write!(self.output.data, "{before}{text}")?;
        } else {
            writeln!(self.output.data, "{}", line(value))?;
        }
        self.is_empty = false;
        Ok(())
    }

    /// Ends the array.
    pub(crate) fn finish(self) -> io::Result<()> {
        if self.output.is_json() {
            self.output.data.write_all(if self.is_empty { b"]\n" } else { b"\n]\n" })?;
        }
        self.output.data.flush()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::{Arc, Mutex};

    use super::{Format, Output, Write, io};

    /// What a command printed.
    #[derive(Clone, Default)]
    pub(crate) struct Printed {
        data: Arc<Mutex<Vec<u8>>>,
        notes: Arc<Mutex<Vec<u8>>>,
    }

    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Printed {
        pub(crate) fn output(&self, format: Format) -> Output {
            Output {
                format,
                data: Box::new(Sink(Arc::clone(&self.data))),
                notes: Box::new(Sink(Arc::clone(&self.notes))),
                is_pretty: false,
                shows_progress: false,
            }
        }

        pub(crate) fn data(&self) -> String {
            String::from_utf8(self.data.lock().unwrap().clone()).unwrap()
        }

        pub(crate) fn notes(&self) -> String {
            String::from_utf8(self.notes.lock().unwrap().clone()).unwrap()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Format, testing::Printed};

    #[test]
    fn an_array_is_one_value_however_many_items_it_has() {
        for count in 0..3 {
            let printed = Printed::default();
            let mut output = printed.output(Format::Json);
            let mut array = output.array().unwrap();
            for number in 0..count {
                array.item(&number, ToString::to_string).unwrap();
            }
            array.finish().unwrap();
            let read: Vec<u32> = serde_json::from_str(&printed.data()).unwrap();
            assert_eq!(read, (0..count).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn data_and_notes_go_their_own_ways() {
        let printed = Printed::default();
        let mut output = printed.output(Format::Table);
        output.note("working");
        output.show(&json!({ "id": 1 }), |_| "ID 1\n".to_owned()).unwrap();
        assert_eq!((printed.data().as_str(), printed.notes().as_str()), ("ID 1\n", "working\n"));
    }

    #[test]
    fn json_is_one_value_on_one_line() {
        let printed = Printed::default();
        let mut output = printed.output(Format::Json);
        output.show(&json!({ "title": "a\nb" }), |_| String::new()).unwrap();
        assert_eq!(printed.data(), "{\"title\":\"a\\nb\"}\n");
    }
}
