//! The picture of a board: a pure function of it and of the size of the terminal.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, Clear, Paragraph, Row, Table, TableState, Wrap},
};

use super::board::{Board, Pane, held, lanes_of, speed};
use crate::{
    answers::lane::Lane,
    commands::job::{self, Job},
    output::{bytes, clean, plural, word},
};

/// Lanes that are shown at most; the first are those that have most to do.
const LANES_MAX: usize = 6;

const KEYS: &str = "j k select  p pause  c cancel  r retry  enter why  l log  ? help  q quit";

const HELP: &str = "\
up, k      the job above        down, j    the job below
enter      everything about it, and why it waits
l          what its programs wrote last
p          pause it, or have it go on
c          end it for good; asks first
r          do it again, once it has ended
q, esc     leave; nothing else is ended by that

It shows what the server tells, as it tells it. Each key is the verb of that name: `mediary job pause ID`.
Whatever is in front goes away with any key.";

/// Draws all of it.
pub(super) fn render(frame: &mut Frame<'_>, board: &Board) {
    let lanes = busiest(&board.seen.lanes);
    let lane_rows = if lanes.is_empty() { 0 } else { lanes.len() as u16 + 1 };
    let parts =
        [Constraint::Length(2), Constraint::Length(lane_rows), Constraint::Min(3), Constraint::Length(1)];
    let [top, middle, main, bottom] = Layout::vertical(parts).areas(frame.area());
    frame.render_widget(Paragraph::new(head(board)), top);
    if lane_rows > 0 {
        draw_lanes(frame, middle, &lanes);
    }
    draw_jobs(frame, main, board);
    frame.render_widget(Paragraph::new(foot(board)), bottom);
    match &board.pane {
        Pane::Jobs | Pane::Cancel { .. } => {}
        Pane::Help => draw_over(frame, "keys", HELP.to_owned(), false),
        Pane::Details => {
            let text = board.selected().map_or_else(|| "no job is selected".to_owned(), details);
            draw_over(frame, "job", text, false);
        }
        Pane::Log { job_id, text } => {
            let title = board.job(job_id).map_or_else(|| job_id.clone(), |job| clean(&job.title));
            draw_over(frame, &title, text.clone(), true);
        }
    }
}

fn head(board: &Board) -> Vec<Line<'_>> {
    let jobs = &board.seen.jobs;
    let count = |states: &[&str]| {
        let count = jobs.iter().filter(|job| states.contains(&job.state.as_str())).count();
        let is_cut = board.seen.cut.iter().any(|state| states.contains(state));
        if is_cut { format!("{count} or more") } else { count.to_string() }
    };
    let log = board.seen.log_bytes.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
    let first = format!(
        "mediary {}   {} at work, {} waiting, {} held   log: {}{log}",
        board.server,
        count(&["RUNNING", "LEASED"]),
        count(&["QUEUED"]),
        count(&["PAUSED"]),
        plural(board.seen.position, "event", "events"),
    );
    let second = match (&board.lost, board.seen.halts.first()) {
        (Some(why), _) => {
            let text = format!("no connection: {}; what is shown may be old", clean(why));
            Line::styled(text, Style::new().add_modifier(Modifier::REVERSED))
        }
        (None, Some(halt)) => Line::styled(clean(halt), Style::new().add_modifier(Modifier::BOLD)),
        (None, None) => Line::default(),
    };
    vec![Line::from(first), second]
}

fn foot(board: &Board) -> Line<'static> {
    match &board.pane {
        Pane::Cancel { job_id } => {
            let title = board.job(job_id).map(|job| clean(&job.title)).unwrap_or_default();
            let text = format!("end {title} for good? y: yes, any other key: no");
            Line::styled(text, Style::new().add_modifier(Modifier::REVERSED))
        }
        _ if !board.note.is_empty() => Line::from(clean(&board.note)),
        _ => Line::from(KEYS),
    }
}

/// Those that are held, or in which most waits.
fn busiest(lanes: &[Lane]) -> Vec<&Lane> {
    let mut lanes: Vec<&Lane> = lanes.iter().collect();
    let is_held = |lane: &Lane| lane.paused || lane.hold.is_some();
    lanes.sort_by_key(|lane| (!is_held(lane), std::cmp::Reverse(lane.waiting_count + lane.at_work_count)));
    lanes.truncate(LANES_MAX);
    lanes
}

fn bold(cells: &[&'static str]) -> Row<'static> {
    Row::new(cells.iter().map(|cell| cell.to_uppercase()).collect::<Vec<_>>())
        .style(Style::new().add_modifier(Modifier::BOLD))
}

fn draw_lanes(frame: &mut Frame<'_>, area: Rect, lanes: &[&Lane]) {
    let rows = lanes.iter().map(|lane| {
        Row::new([
            clean(&lane.name),
            format!("{} of {}", lane.holders.len(), lane.budget),
            lane.waiting_count.to_string(),
            clean(&held(lane)),
        ])
    });
    let widths = [Constraint::Max(32), Constraint::Length(8), Constraint::Length(8), Constraint::Fill(1)];
    let table = Table::new(rows, widths).header(bold(&["lane", "in use", "waiting", "held"]));
    frame.render_widget(table, area);
}

fn draw_jobs(frame: &mut Frame<'_>, area: Rect, board: &Board) {
    if board.seen.jobs.is_empty() {
        frame.render_widget(Paragraph::new("nothing is at work, and nothing waits"), area);
        return;
    }
    let rows = board.seen.jobs.iter().map(|job| Row::new(cells(job, &board.seen.lanes)));
    let widths = [
        Constraint::Length(10),
        Constraint::Length(9),
        Constraint::Length(24),
        Constraint::Length(11),
        Constraint::Length(8),
        Constraint::Max(24),
        Constraint::Fill(1),
    ];
    let table = Table::new(rows, widths)
        .header(bold(&["state", "kind", "progress", "speed", "left", "lanes", "title"]))
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = TableState::new().with_selected(board.place());
    frame.render_stateful_widget(table, area, &mut state);
}

/// A job in one row; what waits says why in place of how far it is.
pub(super) fn cells(job: &Job, lanes: &[Lane]) -> [String; 7] {
    let state = if job.stopping { "stopping".to_owned() } else { word(&job.state) };
    let [progress, speed, left] = match (&job.progress, &job.waits_for, &job.failure) {
        (Some(progress), ..) if !job.has_ended() => speed(progress),
        (_, Some(waiting), _) => [waiting.text(), String::new(), String::new()],
        (.., Some(failure)) => [failure.class.clone(), String::new(), String::new()],
        _ => [String::new(), String::new(), String::new()],
    };
    [state, word(&job.kind), clean(&progress), speed, left, clean(&lanes_of(job, lanes)), clean(&job.title)]
}

fn details(job: &Job) -> String {
    let text = job::details(job);
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// Draws text over everything but the first and the last line; of a log its end.
fn draw_over(frame: &mut Frame<'_>, title: &str, text: String, is_end: bool) {
    let all = frame.area();
    let area = Rect { y: all.y + 1, height: all.height.saturating_sub(2), ..all };
    let inside = usize::from(area.height.saturating_sub(2));
    let text = if is_end {
        let lines: Vec<String> = text.lines().map(clean).collect();
        lines[lines.len().saturating_sub(inside)..].join("\n")
    } else {
        text
    };
    frame.render_widget(Clear, area);
    let over = Paragraph::new(text).wrap(Wrap { trim: false });
    frame.render_widget(over.block(Block::bordered().title(title.to_owned())), area);
}
