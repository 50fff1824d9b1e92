//! Whether runs of a yt-dlp can be copies of one process that has it loaded, and how that is started.
//!
//! Of half a second to two that a short run takes, nearly all goes into loading modules and compiling what addresses look like. The
//! host (`host.py`) does that once. It is exactly the yt-dlp that would have been started, run by the same
//! Python: both are read from the program. What can't be read so, such as a frozen program or a wrapper of somebody's
//! own, is started for each run as ever.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::process::{Environment, Host, Plan, Spec, Unhosted, is_program};

/// How long a host may have nothing to do before it ends: its memory is not held for a look a day.
const IDLE: Duration = Duration::from_mins(5);
/// What is read of a program. Scripts that only call yt-dlp have some ten lines.
const HEAD_BYTES: u64 = 8 << 10;
/// Reads the script from the socket that is its standard input, and does what that says.
const BEGIN: &str =
    "import os, socket; exec(compile(socket.socket(fileno=os.dup(0)).recv(1 << 18), 'mediary-host', 'exec'))";
/// Room in the environment of the host, which in that of a copy has its marks.
const ROOM_BYTES: usize = 512;

/// A host for yt-dlp, of which none is started yet.
pub fn host() -> Host {
    Host::new(|program, environment| plan(program, environment, IDLE))
}

/// How the host of a yt-dlp is started, which ends when it has had nothing to do for so long.
pub(super) fn plan(program: &Path, environment: &Environment, idle: Duration) -> Result<Plan, Unhosted> {
    let unreadable = |error: std::io::Error| Unhosted::Unreadable { words: error.to_string() };
    let mut head = Vec::new();
    File::open(program).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head)).map_err(unreadable)?;
    let script = Script::read(&head)?;
    let no_python = || Unhosted::Interpreter { line: script.first_line.clone() };
    let python = find(&script.python, environment).ok_or_else(no_python)?;
    // What the script's own line or our variables switch off (packages of the user, variables, the folder that
    // it is started in) is off, too; the folder of the script is looked in as it would be.
    let spec = Spec::new("yt-dlp-host", python)
        .args(["-I", "-u", "-c", BEGIN])
        .arg(program)
        .arg(idle.as_millis().to_string())
        .arg(if script.looks_beside { "beside" } else { "apart" })
        .env("MEDIARY_ROOM", "-".repeat(ROOM_BYTES));
    Ok(Plan { spec, script: include_str!("host.py") })
}

/// The Python of a script: a path, or a name to look for.
fn find(python: &str, environment: &Environment) -> Option<PathBuf> {
    let path = Path::new(python);
    let found = if path.is_absolute() {
        Some(path.to_owned())
    } else {
        environment.path_folders().into_iter().map(|folder| folder.join(path)).find(|path| is_program(path))
    };
    found.filter(|path| is_program(path))
}

/// A script that does nothing but call yt-dlp.
#[derive(Debug, PartialEq, Eq)]
struct Script {
    first_line: String,
    python: String,
    /// Whether it finds modules that lie beside it.
    looks_beside: bool,
}

impl Script {
    fn read(head: &[u8]) -> Result<Self, Unhosted> {
        if !head.starts_with(b"#!") {
            return Err(Unhosted::NoScript);
        }
        let end = head.iter().position(|byte| *byte == b'\n').ok_or(Unhosted::NoScript)?;
        let (first, rest) = head.split_at(end);
        let first_line = String::from_utf8_lossy(first).trim_end().to_owned();
        let rest = rest.get(1..).unwrap_or_default();
        if rest.starts_with(b"PK\x03\x04") {
            // An archive, which is a module by itself.
            let (python, looks_beside) = python_of(&first_line)?;
            return Ok(Self { first_line, python, looks_beside });
        }
        let text = std::str::from_utf8(rest).map_err(|_| Unhosted::NoScript)?;
        let ((python, looks_beside), body) = match by_shell(&first_line, text) {
            Some((python, body)) => ((python.to_owned(), true), body),
            None => (python_of(&first_line)?, text),
        };
        match body.lines().map(str::trim).find(|line| !is_of_a_caller(line)) {
            Some(line) => Err(Unhosted::Wrapper { line: line.to_owned() }),
            None if body.contains("from yt_dlp import main") => Ok(Self { first_line, python, looks_beside }),
            None => Err(Unhosted::Wrapper { line: first_line }),
        }
    }
}

/// The interpreter that the first line of a script names, and whether that looks beside the script.
fn python_of(first_line: &str) -> Result<(String, bool), Unhosted> {
    let unknown = || Unhosted::Interpreter { line: first_line.to_owned() };
    let mut words = first_line.trim_start_matches("#!").split_ascii_whitespace();
    let mut program = words.next().ok_or_else(unknown)?;
    if program == "/usr/bin/env" {
        program = words.find(|word| *word != "-S").ok_or_else(unknown)?;
    }
    let name = program.rsplit('/').next().unwrap_or_default();
    if !name.starts_with("python") {
        return Err(if name.contains("sh") { Unhosted::NoScript } else { unknown() });
    }
    let mut looks_beside = true;
    // They only leave out what we leave out in any case, but for the folder of the script.
    let are_known = words.all(|word| {
        looks_beside &= !word.contains(['P', 'I']);
        word.strip_prefix('-').is_some_and(|flags| flags.chars().all(|flag| "sPEIuB".contains(flag)))
    });
    if are_known { Ok((program.to_owned(), looks_beside)) } else { Err(unknown()) }
}

/// The interpreter and the rest, if a shell starts it because its path is long or has a blank.
fn by_shell<'a>(first_line: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    if first_line != "#!/bin/sh" {
        return None;
    }
    let (line, rest) = text.strip_prefix("'''exec' ")?.split_once('\n')?;
    let python = line.trim_end().strip_suffix("\"$0\" \"$@\"")?.trim_end();
    let python = python.strip_prefix('"').and_then(|python| python.strip_suffix('"')).unwrap_or(python);
    Some((python, rest.trim_start().strip_prefix("' '''")?))
}

/// Whether a line is of those that installers write, which call yt-dlp and do nothing else.
fn is_of_a_caller(line: &str) -> bool {
    const WHOLE: [&str; 8] = [
        "",
        "import re",
        "import sys",
        "import re, sys",
        "from yt_dlp import main",
        "if __name__ == '__main__':",
        "if __name__ == \"__main__\":",
        "sys.exit(main())",
    ];
    // The ending that a script has on Windows is cut off its name.
    const BEGINNINGS: [&str; 4] =
        ["#", "sys.argv[0] = ", "if sys.argv[0].endswith(", "elif sys.argv[0].endswith("];
    WHOLE.contains(&line) || BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, Unhosted> {
        Script::read(text.as_bytes()).map(|script| script.python)
    }

    // What lies beside it may not be found by a copy if a start of it would not find it.
    #[test]
    fn whether_modules_beside_it_are_its_own_is_what_its_first_line_says() {
        for (first_line, looks_beside) in [
            ("#!/usr/bin/python3", true),
            ("#!/usr/bin/python3 -sEu", true),
            ("#!/usr/bin/python3 -sP", false),
            ("#!/usr/bin/env -S python3 -I", false),
        ] {
            let script = Script::read(format!("{first_line}\n{PIP}").as_bytes()).unwrap();
            assert_eq!(script.looks_beside, looks_beside, "{first_line}");
        }
    }

    const PIP: &str = "# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom yt_dlp import main\nif __name__ == '__main__':\n    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(main())\n";
    const UV: &str = "# -*- coding: utf-8 -*-\nimport sys\nfrom yt_dlp import main\nif __name__ == \"__main__\":\n    if sys.argv[0].endswith(\"-script.pyw\"):\n        sys.argv[0] = sys.argv[0][:-11]\n    elif sys.argv[0].endswith(\".exe\"):\n        sys.argv[0] = sys.argv[0][:-4]\n    sys.exit(main())\n";

    #[test]
    fn what_installers_write_names_its_python() {
        for (script, python) in [
            (format!("#!/opt/tools/bin/python\n{PIP}"), "/opt/tools/bin/python"),
            (format!("#!/opt/tools/bin/python3.13\n{UV}"), "/opt/tools/bin/python3.13"),
            (format!("#!/usr/bin/python3 -sP\n{PIP}"), "/usr/bin/python3"),
            (format!("#!/usr/bin/env python3\n{PIP}"), "python3"),
            (format!("#!/usr/bin/env -S python3 -I\n{PIP}"), "python3"),
            ("#!/usr/bin/env python3\nPK\u{3}\u{4}...".to_owned(), "python3"),
            (
                format!("#!/bin/sh\n'''exec' \"/opt/my tools/python\" \"$0\" \"$@\"\n' '''\n{PIP}"),
                "/opt/my tools/python",
            ),
            (
                format!("#!/bin/sh\n'''exec' /opt/tools/python \"$0\" \"$@\"\n' '''\n{PIP}"),
                "/opt/tools/python",
            ),
        ] {
            assert_eq!(read(&script).as_deref(), Ok(python), "{script}");
        }
    }

    #[test]
    fn what_does_more_or_is_no_script_is_not_hosted() {
        let wrapper = |line: &str| Unhosted::Wrapper { line: line.to_owned() };
        let interpreter = |line: &str| Unhosted::Interpreter { line: line.to_owned() };
        let cases = [
            ("\u{7f}ELF".to_owned(), Unhosted::NoScript),
            ("#!/bin/sh\nexec /opt/yt-dlp \"$@\"\n".to_owned(), Unhosted::NoScript),
            ("#!/usr/bin/env bash\n".to_owned(), Unhosted::NoScript),
            ("#!/usr/bin/perl\n".to_owned(), interpreter("#!/usr/bin/perl")),
            (format!("#!/usr/bin/python3 -O\n{PIP}"), interpreter("#!/usr/bin/python3 -O")),
            (
                format!("#!/usr/bin/python3\nsys.path.insert(0, '/elsewhere')\n{PIP}"),
                wrapper("sys.path.insert(0, '/elsewhere')"),
            ),
            ("#!/usr/bin/python3\nimport sys\n".to_owned(), wrapper("#!/usr/bin/python3")),
        ];
        for (script, why) in cases {
            assert_eq!(read(&script), Err(why), "{script}");
        }
    }
}
