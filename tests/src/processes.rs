use std::fs;

/// The pids of living child processes that carry a mark of ours, such as `MEDIARY_ATTEMPT` of one attempt.
pub fn processes_marked(name: &str, value: &str) -> Vec<u32> {
    let mark = format!("{name}={value}");
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let carries = |pid: &u32| {
        // One that has ended meanwhile can't be read.
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    pids.filter(carries).collect()
}
