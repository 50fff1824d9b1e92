//! Appends to a log until it is killed, and says on stdout what was acknowledged: the victim of `it/log.rs`.
//!
//! `log_appender DIR ROUND`: each line is `<command> <first position> <last position>`.

use std::{
    error::Error,
    io::{self, Write as _},
    thread,
};

use mediary_log::{
    Append, AppendError, AppendHeader, Log, NewEvent, Options, Origin, OriginKind, Schema, StreamId, Urgency,
};
use mediary_schema::{CommandId, CorrelationId, PrincipalId, ProjectId};
use uuid::Uuid;

/// Several, so that commits hold several appends.
const PRODUCERS: u128 = 4;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(round)) = (arguments.next(), arguments.next()) else {
        return Err("usage: log_appender DIR ROUND".into());
    };
    let round: u128 = round.parse()?;
    let mut options = Options::new(directory);
    options.reserve_bytes = 0;
    let log = Log::open(options)?;
    thread::scope(|scope| {
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let log = &log;
                scope.spawn(move || produce(log, round << 64 | producer << 32))
            })
            .collect();
        producers.into_iter().try_for_each(|producer| producer.join().unwrap_or_else(|_| Err("panic".into())))
    })
}

fn produce(log: &Log, first_command: u128) -> Result<(), Failure> {
    for command in first_command.. {
        match log.append_blocking(append(command)) {
            Ok(appended) => {
                let line = format!("{command} {} {}\n", appended.first_position, appended.last_position);
                let mut out = io::stdout().lock();
                out.write_all(line.as_bytes())?;
                out.flush()?;
            }
            Err(AppendError::Overloaded { .. }) => thread::yield_now(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// One to three events of some hundred bytes, whose text is the command.
fn append(command: u128) -> Append {
    let id = Uuid::from_u128(command);
    let header = AppendHeader {
        project: ProjectId::HOME,
        principal: PrincipalId::OWNER,
        origin: Origin { kind: OriginKind::Cli, id: Uuid::nil() },
        command_id: CommandId::from_uuid(id),
        command: None,
        correlation_id: CorrelationId::from_uuid(id),
        causation_id: None,
    };
    let events = (0..=command % 3).map(|n| {
        let text = command.to_string().repeat(4 + n as usize * 20);
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
        // A MessagePack text with a length of 16 bits.
        let payload = [&[0xda], length.as_slice(), text.as_bytes()].concat();
        {
            let stream = StreamId::new("job", Uuid::from_u128(command % 50));
            NewEvent::new(stream, "noted", Schema::new(1, 0), payload.into())
        }
    });
    Append {
        header,
        urgency: Urgency::Normal,
        expected: Vec::new(),
        only_if: Vec::new(),
        events: events.collect(),
    }
}
