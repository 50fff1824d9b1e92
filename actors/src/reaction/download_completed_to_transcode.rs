use mediary_events::{
    download::{Download, Event},
    playlist::Playlist,
};
use mediary_log::{
    Recorded,
    gate::{Gate, Reaction, Refusal, Step, Transaction, decode_cause},
    work,
};

/// `download.completed` → `transcode::Request` for the file, if its list says that one is made of each, and says so still.
#[derive(Debug)]
pub struct DownloadCompletedToTranscode;

impl Reaction for DownloadCompletedToTranscode {
    fn name(&self) -> &'static str {
        "download-completed-to-transcode"
    }

    fn events(&self) -> Vec<&'static str> {
        vec!["download.completed"]
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let (download, then) = (cause.envelope.stream.uuid, cause.position());
        let mut steps = Vec::new();
        for event in decode_cause::<Download>(cause)? {
            let Event::Completed { file_id, .. } = event else { continue };
            let Some(entry) = gate.state_at::<Download>(download, then)?.entry else { continue };
            let playlist_id = entry.playlist_id;
            let said = gate.state_at::<Playlist>(playlist_id.uuid(), then)?.transcoding.clone();
            let Some(profile) = said else { continue };
            steps.push(Step::new(move |story: &mut Transaction<'_>| {
                let make = |story: &mut Transaction<'_>| {
                    work::transcode::make_of_kept(story, playlist_id, file_id, &profile)
                };
                match story.part(make) {
                    Ok(_) => Ok(()),
                    // It is gone again, was made before, or the profile was removed.
                    Err(Refusal::Rejected(rejection)) => {
                        tracing::warn!(%file_id, %profile, %rejection, "nothing is made of what a list keeps");
                        Ok(())
                    }
                    Err(refusal) => Err(refusal),
                }
            }));
        }
        Ok(steps)
    }
}
