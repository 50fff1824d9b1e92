//! The board and its picture on data as the server answers it.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{Terminal, backend::TestBackend};
use serde_json::{Value, json};

use super::{
    board::{Action, Board, Pane, Seen},
    render::render,
};
use crate::{answers::lane::Lane, commands::job::Job};

fn job(number: u32, state: &str, more: &Value) -> Job {
    let mut job = json!({
        "id": id(number), "kind": "DOWNLOAD", "title": format!("film {number}"), "subjectIds": [], "state": state,
        "stopping": false, "attemptId": null, "attempts": 1, "retryAt": null, "failure": null, "priority": 5, "at": null,
        "after": null, "batch": null, "tags": [], "template": null, "storyId": "story", "endedAt": null, "startedAt": null,
        "queuedAt": format!("2026-11-21T08:00:{number:02}.000000Z"), "cpuMs": 0, "memoryPeakBytes": 0, "changedAt": number,
        "waitsFor": null, "progress": null
    });
    for (key, value) in more.as_object().unwrap() {
        job[key] = value.clone();
    }
    serde_json::from_value(job).unwrap()
}

fn id(number: u32) -> String {
    format!("job-01890a5d-ac96-774b-bcce-b3020000{number:04}")
}

fn seen() -> Seen {
    let progress = json!({ "stage": "fetching", "done": 512, "total": 1024, "unit": "bytes", "percent": 50.0,
        "ratePerSecond": 2048.0, "etaSeconds": 75 });
    let waiting = json!({ "reason": "LANE", "message": "other work has example.org", "lane": "example.org", "until": null,
        "jobId": null, "place": 1 });
    let lane: Lane = serde_json::from_value(json!({
        "name": "example.org", "hold": { "reason": "HELD", "message": "the source asked for a pause", "until": null },
        "paused": false, "atWorkCount": 1, "waitingCount": 1, "budget": 8, "waitingPermitCount": 0,
        "holders": [{ "share": "LEASE", "name": "download", "jobId": id(2) }]
    }))
    .unwrap();
    let jobs = vec![
        job(2, "RUNNING", &json!({ "progress": progress, "startedAt": "2026-11-21T08:01:00.000000Z" })),
        job(1, "QUEUED", &json!({ "waitsFor": waiting })),
        job(3, "PAUSED", &json!({})),
    ];
    Seen {
        position: 77,
        log_bytes: Some(2_097_152),
        halts: Vec::new(),
        lanes: vec![lane],
        jobs,
        cut: Vec::new(),
    }
}

fn board() -> Board {
    let mut board = Board::new("http://127.0.0.1:8484/".to_owned());
    board.begin(seen());
    board
}

fn picture(board: &Board) -> String {
    let mut terminal = Terminal::new(TestBackend::new(140, 16)).unwrap();
    terminal.draw(|frame| render(frame, board)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content.chunks(usize::from(buffer.area.width));
    lines.map(|line| line.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
}

fn press(board: &mut Board, code: KeyCode) -> Option<Action> {
    board.key(KeyEvent::from(code))
}

fn letter(board: &mut Board, letter: char) -> Option<Action> {
    press(board, KeyCode::Char(letter))
}

#[track_caller]
fn shows(picture: &str, words: &[&str]) {
    let line = picture.lines().find(|line| words.iter().all(|word| line.contains(word)));
    assert!(line.is_some(), "no line has {words:?}:\n{picture}");
}

#[test]
fn what_is_at_work_and_what_waits_is_shown_with_its_reasons() {
    let picture = picture(&board());
    shows(&picture, &["1 at work, 1 waiting, 1 held", "77 events, 2.0 MiB"]);
    shows(&picture, &["example.org", "1 of 8", "the source asked for a pause"]);
    shows(&picture, &["running", "download", "fetching 50 %", "2.0 KiB/s", "1:15", "example.org", "film 2"]);
    shows(&picture, &["queued", "other work has", "film 1"]);
    shows(&picture, &["j k select", "q quit"]);
    let order: Vec<usize> =
        ["film 2", "film 1", "film 3"].iter().map(|title| picture.find(title).unwrap()).collect();
    assert!(order.is_sorted(), "{picture}");
}

#[test]
fn a_count_of_which_not_all_is_known_says_so() {
    let mut board = board();
    let waiting: Vec<Job> = (0..500).map(|number| job(number, "QUEUED", &json!({}))).collect();
    board.begin(Seen { jobs: waiting, cut: vec!["QUEUED"], ..seen() });
    shows(&picture(&board), &["0 at work, 500 or more waiting, 0 held"]);
    board.change(78, vec![job(0, "RUNNING", &json!({}))]);
    shows(&picture(&board), &["1 at work, 499 or more waiting, 0 held"]);
    board.begin(seen());
    shows(&picture(&board), &["1 at work, 1 waiting, 1 held"]);
}

#[test]
fn keys_select_a_job_and_say_what_is_to_be_done_with_it() {
    let mut board = board();
    assert_eq!(letter(&mut board, 'p'), Some(Action::Pause(id(2))));
    assert_eq!(letter(&mut board, 'j'), None);
    assert_eq!(letter(&mut board, 'l'), Some(Action::Read(id(1))));
    assert_eq!(press(&mut board, KeyCode::Down), None);
    assert_eq!(press(&mut board, KeyCode::Down), None, "there is none below");
    assert_eq!(letter(&mut board, 'p'), Some(Action::Resume(id(3))));
    assert_eq!(press(&mut board, KeyCode::Up), None);
    assert_eq!(letter(&mut board, 'k'), None);
    assert_eq!(letter(&mut board, 'r'), None);
    shows(&picture(&board), &["it has not ended"]);
    assert_eq!(letter(&mut board, 'q'), Some(Action::Quit));
}

#[test]
fn ending_a_job_is_asked_and_any_other_key_is_no() {
    let mut board = board();
    assert_eq!(letter(&mut board, 'c'), None);
    shows(&picture(&board), &["end film 2 for good?"]);
    assert_eq!(letter(&mut board, 'c'), None);
    shows(&picture(&board), &["nothing was ended"]);
    letter(&mut board, 'c');
    assert_eq!(letter(&mut board, 'y'), Some(Action::Cancel(id(2))));
}

#[test]
fn what_changes_is_shown_and_what_has_ended_stays_in_sight() {
    let mut board = board();
    let failure = json!({ "class": "geo", "message": "not here", "advice": "", "exitCode": null, "output": [], "partial": 0 });
    let ended = json!({ "failure": failure, "endedAt": "2026-11-21T08:02:00.000000Z" });
    board.change(
        80,
        vec![job(2, "FAILED", &ended), job(9, "SUCCEEDED", &json!({})), job(4, "QUEUED", &json!({}))],
    );
    let shown = picture(&board);
    shows(&shown, &["failed", "geo", "film 2"]);
    shows(&shown, &["queued", "film 4"]);
    assert!(!shown.contains("film 9"), "what ended before anybody looked is no news:\n{shown}");
    // It stays selected where it went.
    assert_eq!(letter(&mut board, 'p'), None);
    assert_eq!(letter(&mut board, 'r'), Some(Action::Retry(id(2))));
    let told = json!({ "jobId": id(4), "progress": { "stage": "listing", "done": 40, "total": null, "unit": "entries",
        "percent": null, "ratePerSecond": null, "etaSeconds": null } });
    board.progress(vec![serde_json::from_value(told).unwrap()]);
    shows(&picture(&board), &["listing 40 entries", "film 4"]);
}

#[test]
fn a_break_is_shown_and_everything_is_read_anew_behind_it() {
    let mut board = board();
    board.lost = Some("the server went away".to_owned());
    shows(&picture(&board), &["no connection: the server went away"]);
    shows(&picture(&board), &["film 2"]);
    board.begin(Seen { jobs: vec![job(7, "QUEUED", &json!({}))], ..seen() });
    let shown = picture(&board);
    assert!(!shown.contains("no connection") && !shown.contains("film 2"), "{shown}");
    assert_eq!(letter(&mut board, 'p'), Some(Action::Pause(id(7))), "another one is selected");
}

#[test]
fn what_is_in_front_goes_away_with_any_key() {
    let mut board = board();
    letter(&mut board, 'j');
    press(&mut board, KeyCode::Enter);
    shows(&picture(&board), &["waits for", "other work has example.org"]);
    assert_eq!(letter(&mut board, 'q'), None);
    letter(&mut board, '?');
    shows(&picture(&board), &["end it for good; asks first"]);
    letter(&mut board, 'x');
    let text = (0..100).map(|line| format!("line {line}\u{1b}[2J")).collect::<Vec<_>>().join("\n");
    board.pane = Pane::Log { job_id: id(1), text };
    let shown = picture(&board);
    shows(&shown, &["line 99"]);
    assert!(!shown.contains('\u{1b}') && !shown.contains("line 1\u{fffd}"), "{shown}");
    letter(&mut board, 'x');
    assert_eq!(board.pane, Pane::Jobs);
}

#[test]
fn a_small_terminal_and_nothing_to_show_are_ordinary() {
    let mut empty = Board::new("http://127.0.0.1:8484/".to_owned());
    shows(&picture(&empty), &["no connection: connecting"]);
    empty.begin(Seen::default());
    shows(&picture(&empty), &["nothing is at work, and nothing waits"]);
    for code in [KeyCode::Char('p'), KeyCode::Enter, KeyCode::Down, KeyCode::Char('c')] {
        assert_eq!(press(&mut empty, code), None);
    }
    for (width, height) in [(1, 1), (10, 3), (300, 60)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| render(frame, &board())).unwrap();
    }
}
