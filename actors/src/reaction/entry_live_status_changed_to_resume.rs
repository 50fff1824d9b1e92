use mediary_events::playlist::{Event, Playlist};
use mediary_log::{
    Recorded,
    gate::{Gate, Reaction, Refusal, Step, Transaction, decode_cause},
    work,
};
use mediary_schema::PlaylistId;

/// `playlist.entry_live_status_changed` → `job::Resume` for what waits for the end of that broadcast.
#[derive(Debug)]
pub struct EntryLiveStatusChangedToResume;

impl Reaction for EntryLiveStatusChangedToResume {
    fn name(&self) -> &'static str {
        "entry-live-status-changed-to-resume"
    }

    fn events(&self) -> Vec<&'static str> {
        vec!["playlist.entry_live_status_changed"]
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let playlist_id = PlaylistId::from_uuid(cause.envelope.stream.uuid);
        let mut steps = Vec::new();
        for event in decode_cause::<Playlist>(cause)? {
            let Event::EntryLiveStatusChanged { entry_id, live_status, .. } = event else { continue };
            if !live_status.is_over() {
                continue;
            }
            let state = gate.state_at::<Playlist>(playlist_id.uuid(), cause.position())?;
            let Some(item_id) = state.item_of(entry_id) else { continue };
            steps.push(Step::new(move |story: &mut Transaction<'_>| {
                match story.part(|story| work::moment_came(story, item_id)) {
                    // It began, or ended, in the same moment.
                    Ok(()) | Err(Refusal::Rejected(_)) => Ok(()),
                    Err(refusal) => Err(refusal),
                }
            }));
        }
        Ok(steps)
    }
}
