//! How full the trash is, and how full it may be.

use std::{fs, io};

use mediary_events::setting::Setting;
use mediary_log::gate::{Gate, Refusal};
use mediary_schema::{ProjectId, SettingId, setting::TrashSettings};

use crate::file::{self, Root, trash_of};

/// What is set for the trash: one installation has one, whosever files are in it.
pub async fn trash_settings(gate: &Gate) -> Result<TrashSettings, Refusal> {
    let settings = SettingId::from_project(ProjectId::HOME).uuid();
    gate.inspect::<Setting, _>(settings, |settings| settings.trash).await
}

/// How many bytes are in the trash of all roots together, as far as their disks are there: what is on a disk that is not, takes no room
/// of another.
pub async fn bytes_in_trash(gate: &Gate) -> Result<u64, Refusal> {
    let roots = file::registered(gate).await?;
    // A trash that can't be read is told by whoever moves something into it.
    let counted =
        tokio::task::spawn_blocking(move || roots.iter().map(|root| bytes_of(root).unwrap_or(0)).sum());
    Ok(counted.await.unwrap_or(0))
}

/// May block.
fn bytes_of(root: &Root) -> io::Result<u64> {
    let mut bytes = 0;
    let files = match fs::read_dir(trash_of(root.folder())) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        files => files?,
    };
    for file in files {
        // One that goes this moment makes room.
        bytes += file?.metadata().map_or(0, |facts| facts.len());
    }
    Ok(bytes)
}
