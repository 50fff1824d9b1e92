//! The process that has yt-dlp loaded: whose it is, and what its ends cost.

use std::{fs, time::Duration};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;

use super::{
    super::{
        ListEnd,
        host::{host, plan},
    },
    Bench,
    case::{Case, noise, read, slow},
    hosting::{folder, hold_up_a_mirror, of, program, reflection, run, until_dead},
    refreshing::list,
    site::{File, Site},
};
use crate::process::{Host, Plan, Source, Spec, Tool, Unhosted};

// invariant: A-9
#[tokio::test]
async fn a_host_that_is_killed_takes_no_run_with_it_and_another_takes_its_place() {
    let bytes = noise(2 << 20, 5);
    let case = Case::of_video(
        "best",
        |site| json!({"id": "v1", "title": "Film", "url": site.url("/media/film.mp4"), "ext": "mp4"}),
    )
    .await;
    case.site.file("film.mp4", slow(File::new("video/mp4", bytes.clone())));
    let host = case.bench.engine.host.clone().unwrap();
    let first = host.pid().unwrap();
    let kill = async {
        while case.served() == 0 {
            tokio::task::yield_now().await;
        }
        kill_process(Pid::from_raw(first as i32).unwrap(), Signal::KILL).unwrap();
        until_dead(first).await;
    };
    let (kept, ()) = tokio::join!(case.run(), kill);
    assert!(read(&kept.unwrap().0.path) == bytes, "it goes on without its host");
    assert_eq!(host.runs(), 2);

    case.site.list("short", 3);
    assert_eq!(list(&case.bench, case.site.url("/list/short")).await.end, ListEnd::Complete);
    host.ready(&case.bench.engine.runner, &program(&case.bench)).await.unwrap();
    assert_ne!(host.pid().unwrap(), first);
    assert_eq!(list(&case.bench, case.site.url("/list/short")).await.entries.len(), 3);
    assert_eq!(host.runs(), 3, "the one in between was started by itself");
}

#[tokio::test]
async fn a_host_that_is_stuck_costs_a_run_some_seconds_and_nothing_else() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("short", 3);
    let host = bench.engine.host.clone().unwrap();
    let stuck = host.pid().unwrap();
    kill_process(Pid::from_raw(stuck as i32).unwrap(), Signal::STOP).unwrap();
    let listed = list(&bench, site.url("/list/short")).await;
    assert_eq!((listed.end, listed.entries.len(), host.runs()), (ListEnd::Complete, 3, 0));
    until_dead(stuck).await;
    host.ready(&bench.engine.runner, &program(&bench)).await.unwrap();
    list(&bench, site.url("/list/short")).await;
    assert_eq!(host.runs(), 1);
}

#[tokio::test]
async fn a_program_that_changed_is_loaded_anew() {
    let (mut bench, site) = (Bench::new().await, Site::start().await);
    site.list("short", 3);
    // Its folder is looked in first, as at a start: that is the other version.
    let own = folder(&bench, "own");
    fs::copy(program(&bench), own.join("yt-dlp")).unwrap();
    bench.engine.tools = bench.engine.tools.clone().with(Tool::YtDlp, own.join("yt-dlp"));
    bench.host().await;
    let host = bench.engine.host.clone().unwrap();
    let listed = list(&bench, site.url("/list/short")).await;
    assert_eq!((listed.entries.len(), host.runs()), (3, 1));
    let first = host.pid().unwrap();

    let mut script = fs::read_to_string(own.join("yt-dlp")).unwrap();
    script.push_str("# of another day\n");
    fs::write(own.join("yt-dlp"), script).unwrap();
    assert_eq!(list(&bench, site.url("/list/short")).await.entries.len(), 3);
    assert_eq!(host.runs(), 1, "what was loaded is not what is there");
    host.ready(&bench.engine.runner, &program(&bench)).await.unwrap();
    assert_ne!(host.pid().unwrap(), first);
    assert_eq!(list(&bench, site.url("/list/short")).await.entries.len(), 3);
    assert_eq!(host.runs(), 2);
}

/// Makes of the yt-dlp that is installed the archive as which it is published.
const ARCHIVE: &str = "
import os, sys, zipfile, yt_dlp
package = os.path.dirname(yt_dlp.__file__)
with open(sys.argv[1], 'wb') as file:
    file.write(f'#!{sys.executable}\\n'.encode())
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('__main__.py', 'import yt_dlp\\nyt_dlp.main()\\n')
        for folder, _, names in os.walk(package):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith('.py'):
                    archive.write(path, os.path.relpath(path, os.path.dirname(package)))
os.chmod(sys.argv[1], 0o755)
";

#[tokio::test]
async fn an_archive_is_hosted_as_what_it_is() {
    let (mut bench, site) = (Bench::unhosted().await, Site::start().await);
    site.list("short", 3);
    let archive = folder(&bench, "own").join("yt-dlp");
    let python = fs::read_to_string(program(&bench)).unwrap();
    let python = python.lines().next().unwrap().trim_start_matches("#!").to_owned();
    let spec = Spec::new("python", python).args(["-c", ARCHIVE]).arg(&archive);
    assert!(bench.engine.runner.spawn(&spec).unwrap().wait().await.is_clean());
    bench.engine.tools = bench.engine.tools.clone().with(Tool::YtDlp, &archive);
    bench.host().await;
    let host = bench.engine.host.clone().unwrap();
    hold_up_a_mirror(&bench);
    let spec = bench.engine.spec().unwrap().args(["--flat-playlist", "--print", "title"]);
    let spec = spec.operand(site.url("/list/short")).working_dir(bench.path());
    let (lines, ended) = run(&bench, &spec, Some(&host)).await;
    assert!(ended.is_clean(), "{ended:?}");
    assert_eq!(of(&lines, Source::Stdout), ["Video 1", "Video 2", "Video 3"]);
    let package = reflection(bench.path())["package"].take();
    assert_eq!(package, json!(archive.join("yt_dlp/__init__.py")), "not the one that is installed");
}

#[tokio::test]
async fn what_can_not_be_hosted_is_started_each_time() {
    let (mut bench, site) = (Bench::unhosted().await, Site::start().await);
    site.list("short", 3);
    let wrapper = folder(&bench, "own").join("yt-dlp");
    fs::copy(program(&bench), &wrapper).unwrap();
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program(&bench).display());
    fs::write(&wrapper, script).unwrap();
    bench.engine.tools = bench.engine.tools.clone().with(Tool::YtDlp, &wrapper);
    let host = host();
    bench.engine.host = Some(host.clone());
    assert_eq!(host.ready(&bench.engine.runner, &wrapper).await, Err(Unhosted::NoScript));
    let listed = list(&bench, site.url("/list/short")).await;
    assert_eq!((listed.end, listed.entries.len()), (ListEnd::Complete, 3));
    assert_eq!((host.runs(), host.pid()), (0, None));

    // One that ends as soon as it is started is not started for ever.
    let ends = Host::new(|_, _| Ok(Plan { spec: Spec::new("true", "/bin/true"), script: "" }));
    let why = ends.ready(&bench.engine.runner, &wrapper).await.unwrap_err();
    assert!(why.to_string().contains("3 times"), "{why}");
}

#[tokio::test]
async fn a_host_that_has_nothing_to_do_sleeps_and_then_ends() {
    const IDLE: Duration = Duration::from_secs(3);
    let (mut bench, site) = (Bench::unhosted().await, Site::start().await);
    site.list("short", 3);
    let idle = Host::new(|program, environment| plan(program, environment, IDLE));
    bench.engine.host = Some(idle.clone());
    idle.ready(&bench.engine.runner, &program(&bench)).await.unwrap();
    assert_eq!(list(&bench, site.url("/list/short")).await.entries.len(), 3);
    assert_eq!(idle.runs(), 1);
    let pid = idle.pid().unwrap();
    // It may still be told what the run had to load.
    tokio::time::sleep(IDLE / 3).await;
    let switches = || {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        status.lines().filter(|line| line.contains("ctxt_switches")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = switches();
    tokio::time::sleep(IDLE / 3).await;
    assert_eq!(switches(), before, "it does not wake up");
    until_dead(pid).await;
    assert_eq!(list(&bench, site.url("/list/short")).await.entries.len(), 3);
    assert_eq!(idle.runs(), 1, "it was started by itself");
    idle.end().await;
    assert_eq!(idle.pid(), None);
    assert!(test_kill_process(Pid::from_raw(pid as i32).unwrap()).is_err());
}
