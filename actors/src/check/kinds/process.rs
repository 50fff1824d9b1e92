//! A program that runs.

use std::{fs, io};

use mediary_schema::check::{Finding, Reason, Value};

use super::blocking;

pub(in crate::check) async fn look(name: &str, count_min: u32) -> Finding {
    let name = name.to_owned();
    blocking(move || match running(&name) {
        Ok(count) => judged(&name, count, count_min),
        Err(error) => Finding::unknown(Reason::CouldNotRun, format!("processes can't be listed: {error}")),
    })
    .await
}

fn judged(name: &str, count: u32, count_min: u32) -> Finding {
    let message = format!("{count} of {name} run");
    let finding = if count < count_min { Finding::failing(message) } else { Finding::ok(message) };
    finding.with([Value::new("count", f64::from(count), "")])
}

/// How many processes are called so: by their name of at most 15 bytes, as the kernel knows it, or by the last part of the
/// path of their program.
fn running(name: &str) -> io::Result<u32> {
    let mut count = 0;
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // One that ended meanwhile does not run.
        let Ok(known_as) = fs::read_to_string(entry.path().join("comm")) else { continue };
        let program = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let program = program.split(|byte| *byte == 0).next().unwrap_or_default();
        let program = String::from_utf8_lossy(program);
        if known_as.trim_end() == name || program.rsplit('/').next() == Some(name) {
            count += 1;
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use mediary_schema::check::Verdict;

    use super::*;

    #[test]
    fn what_runs_is_counted() {
        let program = fs::read_link("/proc/self/exe").unwrap();
        let name = program.file_name().unwrap().to_string_lossy().into_owned();
        assert!(running(&name).unwrap() >= 1, "{name}");
        assert_eq!(running("no program is called so").unwrap(), 0);
        assert_eq!(judged("nginx", 0, 1).verdict, Verdict::Failing);
        assert_eq!(judged("nginx", 2, 1).verdict, Verdict::Ok);
        assert_eq!(judged("none", 0, 0).verdict, Verdict::Ok);
    }
}
