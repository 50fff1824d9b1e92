//! The binary on a terminal of its own: what is typed, and what is to be seen.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::Path,
    sync::{Arc, Mutex},
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use tokio::{process::Child, sync::Notify, task::JoinSet};

use crate::harness::{binary, within};

const ROWS: usize = 40;
const COLUMNS: usize = 160;

/// The letters on the screen: as much of a terminal as what is drawn here needs.
struct Screen {
    letters: Vec<Vec<char>>,
    place: (usize, usize),
    /// What a sequence has so far; none outside of one.
    sequence: Option<String>,
}

impl Screen {
    fn new() -> Self {
        Self { letters: vec![vec![' '; COLUMNS]; ROWS], place: (0, 0), sequence: None }
    }

    fn show(&mut self, letter: char) {
        if let Some(mut sequence) = self.sequence.take() {
            let is_begin = sequence.is_empty() && letter == '[';
            let is_end = !is_begin && ('@'..='~').contains(&letter);
            sequence.push(letter);
            if is_end {
                self.obey(&sequence);
            } else {
                self.sequence = Some(sequence);
            }
            return;
        }
        match letter {
            '\u{1b}' => self.sequence = Some(String::new()),
            '\r' => self.place.1 = 0,
            '\n' => self.place.0 += 1,
            letter => {
                if let Some(cell) =
                    self.letters.get_mut(self.place.0).and_then(|row| row.get_mut(self.place.1))
                {
                    *cell = letter;
                }
                self.place.1 += 1;
            }
        }
    }

    /// Moves and clears; colours are not looked at.
    fn obey(&mut self, sequence: &str) {
        let Some(inside) = sequence.strip_prefix('[') else { return };
        if let Some(place) = inside.strip_suffix('H') {
            let mut numbers = place.split(';').map(|number| number.parse().unwrap_or(1_usize));
            self.place = (numbers.next().unwrap_or(1) - 1, numbers.next().unwrap_or(1) - 1);
        } else if inside.ends_with('J') {
            self.letters = vec![vec![' '; COLUMNS]; ROWS];
        }
    }

    fn text(&self) -> String {
        self.letters.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned() + "\n").collect()
    }
}

pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<Screen>>,
    /// Rung whenever something was drawn.
    drawn: Arc<Notify>,
    _reading: JoinSet<()>,
}

impl Terminal {
    /// Runs the binary on a new terminal.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize { ws_row: ROWS as u16, ws_col: COLUMNS as u16, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let line = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let mut command = binary(folder);
        command.args(arguments).env("TERM", "xterm-256color");
        command.stdin(line.try_clone().unwrap()).stdout(line.try_clone().unwrap()).stderr(line);
        let child = command.spawn().unwrap();
        // What holds the line open keeps whoever reads from seeing its end.
        drop(command);
        let keyboard = File::from(master);
        let mut out = keyboard.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(Screen::new()));
        let drawn = Arc::new(Notify::new());
        let (shown, ring) = (Arc::clone(&screen), Arc::clone(&drawn));
        let mut reading = JoinSet::new();
        reading.spawn_blocking(move || {
            let (mut piece, mut rest) = ([0; 4_096], Vec::new());
            while let Ok(count @ 1..) = out.read(&mut piece) {
                rest.extend_from_slice(&piece[..count]);
                let whole = match std::str::from_utf8(&rest) {
                    Ok(text) => text.len(),
                    Err(error) => error.valid_up_to(),
                };
                let text = String::from_utf8(rest.drain(..whole).collect()).unwrap();
                let mut screen = shown.lock().unwrap();
                for letter in text.chars() {
                    screen.show(letter);
                }
                ring.notify_one();
            }
        });
        Self { child, keyboard, screen, drawn, _reading: reading }
    }

    /// Types something.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until one line of the screen has all of these words.
    pub(crate) async fn shows(&mut self, words: &[&str]) {
        within(async {
            loop {
                let text = self.screen.lock().unwrap().text();
                if text.lines().any(|line| words.iter().all(|word| line.contains(word))) {
                    return;
                }
                tokio::select! {
                    () = self.drawn.notified() => {}
                    status = self.child.wait() => panic!("{status:?} before it showed {words:?}:\n{text}"),
                }
            }
        })
        .await;
    }

    /// What is to be seen now.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().text()
    }

    /// Asks it to stop, as a service manager does.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().expect("it runs");
        let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits until it ends by itself, and answers its code.
    pub(crate) async fn end(&mut self) -> Option<i32> {
        within(self.child.wait()).await.unwrap().code()
    }
}
