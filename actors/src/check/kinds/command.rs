//! A program that is run: its exit says what it found.
//!
//! Source: the exit codes of plug-ins of Nagios: 0 is well, 1 and 2 are not, 3 is unknown.

use std::{collections::BTreeMap, path::Path};

use mediary_schema::{
    ProjectId,
    check::{Finding, Printed, Reason},
};

use super::{Equipment, Look};
use crate::process::{Ended, EndedBy, Error, Line, Spec, Status};

/// Lines that are looked through for words and numbers.
const LINES_MAX: usize = 256;
/// The variable that says what somebody wants it looked at for.
const REFERENCE: &str = "MEDIARY_REFERENCE";
/// How the shell says that a program is not there, or is none.
const NOT_FOUND: [i32; 2] = [126, 127];

pub(in crate::check) async fn look(
    equipment: &Equipment,
    look: &Look,
    argv: &[String],
    secrets: &BTreeMap<String, String>,
) -> Finding {
    let Some((program, arguments)) = argv.split_first() else {
        return Finding::unknown(Reason::CouldNotRun, "there is no program");
    };
    let mut spec = Spec::new("check", Path::new(program)).args(arguments).in_order().deadline(look.within);
    if let Some(reference) = &look.reference {
        spec = spec.env(REFERENCE, reference);
    }
    for (variable, name) in secrets {
        match opened(equipment, look.project, name).await {
            Ok(value) => spec = spec.secret_env(variable, &value),
            Err(why) => return Finding::unknown(Reason::CouldNotRun, why),
        }
    }
    let work = equipment.outputs.assign(
        (look.check_id, look.run_id),
        crate::process::Caps::default(),
        look.stop.clone(),
    );
    let mut lines = Vec::new();
    let ended = work.run(&equipment.runner, spec, |line| keep(&mut lines, line)).await;
    match ended {
        Ok(ended) => judged(&ended, &lines),
        Err(Error::ToolMissing { .. }) => {
            Finding::unknown(Reason::CouldNotRun, format!("there is no program {program}"))
        }
        Err(error) => Finding::unknown(Reason::CouldNotRun, format!("it can't be run: {error}")),
    }
}

fn keep(lines: &mut Vec<Line>, line: Line) {
    if lines.len() < LINES_MAX {
        lines.push(line);
    }
}

fn judged(ended: &Ended, lines: &[Line]) -> Finding {
    // As they came: which of its outputs a line came through is not told where they are in order.
    let said = Printed::read(lines.iter().map(|line| line.text.as_str()));
    let with = |words: String| if said.message.is_empty() { words } else { said.message.clone() };
    let finding = match (ended.by, ended.status) {
        (EndedBy::Deadline | EndedBy::NoProgress, _) => {
            let seconds = ended.elapsed.as_secs();
            Finding::unknown(
                Reason::TimedOut,
                format!("it did not end by itself, and was ended after {seconds} s"),
            )
        }
        (EndedBy::Cancelled, _) => Finding::unknown(Reason::CouldNotRun, "it was ended with the server"),
        (EndedBy::Itself, Status::Exited(0)) => Finding::ok(with("exit 0".to_owned())),
        (EndedBy::Itself, Status::Exited(code @ (1 | 2))) => Finding::failing(with(format!("exit {code}"))),
        (EndedBy::Itself, Status::Exited(3)) => Finding::unknown(Reason::SaidSo, with("exit 3".to_owned())),
        (EndedBy::Itself, Status::Exited(code)) if NOT_FOUND.contains(&code) => Finding::unknown(
            Reason::CouldNotRun,
            with(format!("exit {code}: a program is not there, or is none")),
        ),
        // Anything else is no word of a plug-in's; a program that fails so has not found that it is well.
        (EndedBy::Itself, Status::Exited(code)) => Finding::failing(with(format!("exit {code}"))),
        (EndedBy::Itself, Status::Signalled(signal)) => {
            Finding::unknown(Reason::CouldNotRun, format!("it was killed by signal {signal}"))
        }
        (EndedBy::Itself, Status::Lost) => Finding::unknown(Reason::CouldNotRun, "nobody knows how it ended"),
    };
    finding.with(said.values)
}

/// A secret as a text; why there is none otherwise, without anything of it.
async fn opened(equipment: &Equipment, project: ProjectId, name: &str) -> Result<String, String> {
    let secret_id = equipment.identities.secret(project, name);
    let vault = equipment.vault.clone();
    let value = tokio::task::spawn_blocking(move || vault.open(secret_id)).await;
    let value = value.map_err(|_| "the vault can't be opened".to_owned())?;
    let value = value.map_err(|error| format!("the secret {name:?} can't be opened: {error}"))?;
    let value = value.ok_or_else(|| format!("there is no secret {name:?}"))?;
    String::from_utf8(value.reveal().to_vec()).map_err(|_| format!("the secret {name:?} is no text"))
}
