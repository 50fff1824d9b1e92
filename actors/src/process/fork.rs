//! What is said between us and a host: there the words of a run with three descriptors, back what became of it.
//!
//! The run's side of the conversation is closed by whoever of host and copy ends without an answer, so that silence is
//! told from an end.

use std::{
    ffi::OsString,
    io::{self, IoSlice},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt as _,
    },
    time::Duration,
};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags,
        SocketType, recv, sendmsg, socketpair,
        sockopt::{Timeout, set_socket_timeout},
    },
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid},
};

use super::{
    Spec, proc_fs,
    runner::{MARK_RUN, Pipes, Started},
};

/// How long a host may take to answer: it makes a copy of itself, and may be loading something before that. No more, since
/// who waits for it can't be cancelled meanwhile.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// What an answer has at most.
const ANSWER_BYTES: usize = 4096;
/// What a request may have; a little less than the system has room for in a socket.
const REQUEST_BYTES_MAX: usize = 128 << 10;

/// A pair of sockets that keep packets apart.
pub(super) fn conversation() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

/// Why a host did not do a run, which nobody has begun then.
#[derive(Debug)]
pub(super) enum Refusal {
    /// This run can't be asked for, or can't be done by a copy: the host is as good as before.
    Run(String),
    /// The host has ended, or ends because its program is another by now.
    Gone,
    /// It doesn't answer; what it may still say comes through this.
    Silent(OwnedFd),
    /// No host of this program can do any.
    Unfit(String),
}

/// A run, in words that a host reads.
#[derive(Debug)]
pub(super) struct Request(Vec<u8>);

impl Request {
    /// `title` is what others see as its command line. None if it is too large, or has what no program can be given.
    pub(super) fn of(spec: &Spec, title: &str, variables: &[(OsString, OsString)]) -> Option<Self> {
        let arguments = spec.command_arguments();
        let count = (arguments.len() + 1).to_string();
        let folder = spec.folder().map(|folder| folder.as_os_str().as_bytes()).unwrap_or_default();
        let mut words: Vec<Vec<u8>> =
            vec![title.into(), folder.into(), count.into(), spec.program.as_os_str().as_bytes().into()];
        words.extend(arguments.iter().map(|argument| argument.as_bytes().to_vec()));
        words
            .extend(variables.iter().map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat()));
        let can_be_said = !words.iter().any(|word| word.contains(&0));
        let packet = words.join(&0);
        (can_be_said && packet.len() <= REQUEST_BYTES_MAX).then_some(Self(packet))
    }
}

/// Has a host do a run: a copy of it that is a child of ours, carries `mark` and does nothing before this has answered.
pub(super) fn fork(
    channel: &OwnedFd,
    spec: &Spec,
    request: &Request,
    mark: &str,
) -> Result<Started, Refusal> {
    let prepared = || -> io::Result<_> { Ok((conversation()?, Pipes::of(spec)?)) };
    let ((agreement, theirs), Pipes { stdout, stderr, output, errors }) =
        prepared().map_err(|error| Refusal::Run(error.to_string()))?;
    set_socket_timeout(&agreement, Timeout::Recv, Some(ANSWERS_WITHIN))
        .map_err(|error| Refusal::Run(error.to_string()))?;
    let descriptors = [output.as_fd(), errors.as_fd(), theirs.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    rights.push(SendAncillaryMessage::ScmRights(&descriptors));
    // Without waiting: one request is under way at a time, so a host that has no room for it is stuck.
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    sendmsg(channel, &[IoSlice::new(&request.0)], &mut rights, flags).map_err(|_| Refusal::Gone)?;
    drop((output, errors, theirs));
    let leader = match Answer::hear(&agreement) {
        Answer::Pid(leader) => leader,
        Answer::Silence => return Err(Refusal::Silent(agreement)),
        Answer::No(words) => return Err(Refusal::Unfit(words)),
        Answer::Busy(words) => return Err(Refusal::Run(words)),
        Answer::End | Answer::Ready => return Err(Refusal::Gone),
    };
    if !is_child(leader) {
        return Err(Refusal::Unfit("what it forks are no children of ours".to_owned()));
    }
    agree(&agreement, leader, mark).inspect_err(|_| end(leader))?;
    Ok(Started { leader, stdout, stderr })
}

/// Lets a copy go once it is what it is to be.
fn agree(agreement: &OwnedFd, leader: Pid, mark: &str) -> Result<(), Refusal> {
    match Answer::hear(agreement) {
        Answer::Ready => {}
        Answer::No(words) | Answer::Busy(words) => return Err(Refusal::Run(words)),
        Answer::End | Answer::Pid(_) | Answer::Silence => return Err(Refusal::Gone),
    }
    // By this it is found after a crash of ours.
    if proc_fs::variable(leader, MARK_RUN).as_deref() != Some(mark) {
        return Err(Refusal::Unfit("what it forks can't be marked".to_owned()));
    }
    let told = rustix::net::send(agreement, b"go", SendFlags::NOSIGNAL);
    told.map(drop).map_err(|_| Refusal::Gone)
}

/// Ends the copy that a silent host may have made meanwhile. The host was ended.
pub(super) fn end_late_copy(agreement: &OwnedFd) {
    loop {
        match Answer::hear(agreement) {
            Answer::Pid(leader) if is_child(leader) => end(leader),
            Answer::Silence => {
                tracing::error!("a host was ended, and what it forked says nothing");
                return;
            }
            Answer::End => return,
            Answer::Pid(_) | Answer::Ready | Answer::No(_) | Answer::Busy(_) => {}
        }
    }
}

/// What a copy, or in place of it its host, says.
#[derive(Debug)]
enum Answer {
    Pid(Pid),
    Ready,
    No(String),
    /// Not now.
    Busy(String),
    /// Nobody is there to say anything more.
    End,
    Silence,
}

impl Answer {
    fn hear(agreement: &OwnedFd) -> Self {
        let mut answer = [0; ANSWER_BYTES];
        let heard = loop {
            match recv(agreement, &mut answer[..], RecvFlags::empty()) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Self::Silence,
                heard => break heard,
            }
        };
        let length = heard.map_or(0, |(length, _)| length);
        let text = String::from_utf8_lossy(answer.get(..length).unwrap_or_default());
        if let Some(pid) = text.strip_prefix("pid ") {
            return pid.parse().ok().and_then(Pid::from_raw).map_or(Self::End, Self::Pid);
        }
        if let Some(words) = text.strip_prefix("busy ") {
            return Self::Busy(words.to_owned());
        }
        match text.strip_prefix("no ") {
            Some(words) => Self::No(words.to_owned()),
            None if text == "ready" => Self::Ready,
            None => Self::End,
        }
    }
}

/// Whether this is a child of ours that nobody has reaped: then its number is its own.
fn is_child(pid: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    waitid(WaitId::Pid(pid), options).is_ok()
}

/// Ends a copy that has not begun, and reaps it.
fn end(leader: Pid) {
    // One of them fails if it has ended, or leads no group yet.
    kill_process_group(leader, Signal::KILL).ok();
    kill_process(leader, Signal::KILL).ok();
    if let Err(error) = waitid(WaitId::Pid(leader), WaitIdOptions::EXITED) {
        tracing::warn!(%error, "a copy that did not begin is not reaped");
    }
}
