//! The words of a line between the platform and a worker that has only the port of the workspace: a line of JSON for each
//! message, and bytes behind those that say how many.

use std::{io, path::Path};

use mediary_actors::workspace::{Finish, Unable};
use mediary_schema::{
    FileId, JobId,
    job::{Progress, Work},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    fs::File,
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::unix::{OwnedReadHalf, OwnedWriteHalf},
};

/// What the platform says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Told {
    /// Do this.
    Begin {
        /// The job.
        job_id: JobId,
        /// What is to be done.
        work: Box<Work>,
    },
    /// The answer to what was asked last.
    Answer(Result<Value, Unable>),
    /// The bytes of the file that was asked for, behind this.
    Bytes(u64),
    /// Stop.
    Stop,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Said {
    /// Give me a file.
    Input(FileId),
    /// Would what I am to come to find its place?
    Reserve,
    /// A file of the job's folder, whose bytes are behind this.
    Output {
        /// Its way.
        way: String,
        /// How many bytes.
        size_bytes: u64,
    },
    /// A question to the concern.
    Ask(Value),
    /// I need my slot no longer.
    ReturnSlot,
    /// How far it is.
    Progress(Progress),
    /// The end.
    Finish(Finish),
}

/// Reads what the other end says.
#[derive(Debug)]
pub struct Ear(Lines<BufReader<OwnedReadHalf>>);

impl Ear {
    /// An ear at a line.
    pub fn new(half: OwnedReadHalf) -> Self {
        Self(BufReader::new(half).lines())
    }

    /// The next message. What was dropped while it waits loses nothing.
    pub async fn hear<T: DeserializeOwned>(&mut self) -> io::Result<T> {
        let line = self.0.next_line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// Writes the bytes behind a message into a file.
    pub async fn save(&mut self, size_bytes: u64, path: &Path) -> io::Result<()> {
        let mut file = File::create(path).await?;
        let copied = tokio::io::copy(&mut self.0.get_mut().take(size_bytes), &mut file).await?;
        file.sync_all().await?;
        if copied == size_bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Says a message.
pub async fn say<T: Serialize + Sync>(half: &mut OwnedWriteHalf, message: &T) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    half.write_all(&line).await
}

/// Says the bytes of a file behind a message that told how many they are.
pub async fn say_bytes(half: &mut OwnedWriteHalf, file: File, size_bytes: u64) -> io::Result<()> {
    let copied = tokio::io::copy(&mut file.take(size_bytes), half).await?;
    if copied == size_bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
