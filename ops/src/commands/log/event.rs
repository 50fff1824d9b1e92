use mediary_events::Concern;
use serde_json::Value;

pub(crate) use crate::answers::log::Event;
use crate::output::{clean, moment, word};

/// How much of a payload stands on a line for people.
const PAYLOAD_CHARS_MAX: usize = 160;

impl Event {
    /// What happened, as the concern says it; none if it is erased, of another concern or of a newer program.
    pub(crate) fn decode<C: Concern>(&self) -> Option<C::Event>
    where
        C::Event: serde::de::DeserializeOwned,
    {
        let (concern, name) = self.kind.split_once('.')?;
        if concern != C::NAME {
            return None;
        }
        let payload = self.payload.clone()?;
        let tagged = Value::Object([(name.to_owned(), payload)].into_iter().collect());
        serde_json::from_value(tagged).ok()
    }

    /// The fact on a line for people.
    pub(crate) fn line(&self) -> String {
        let payload = self.payload.as_ref().map_or_else(|| "(erased)".to_owned(), Value::to_string);
        let mut shown: String = payload.chars().take(PAYLOAD_CHARS_MAX).collect();
        if shown.len() < payload.len() {
            shown.push('…');
        }
        let Self { position, at, kind, stream, origin, .. } = self;
        clean(&format!("{position:>7}  {}  {kind:<28}  {stream}  {}  {shown}", moment(at), word(origin)))
    }
}

#[cfg(test)]
impl Event {
    /// An event as a server would answer it.
    pub(crate) fn sample<C: Concern>(fact: &C::Event, at: mediary_schema::Timestamp) -> Self {
        let encoded = mediary_events::codec::encode::<C>(fact);
        let tagged = serde_json::to_value(fact).unwrap();
        let payload = tagged.as_object().unwrap().values().next().unwrap().clone();
        let id = mediary_schema::EventId::from_uuid(uuid::Uuid::nil()).to_string();
        Self {
            id: id.clone(),
            position: 1,
            stream: format!("{}-{}", C::NAME, uuid::Uuid::nil()),
            subjects: Vec::new(),
            version: 1,
            kind: format!("{}.{}", C::NAME, encoded.kind.name),
            schema: encoded.kind.schema.to_string(),
            at: at.to_string(),
            project: id.clone(),
            principal: id.clone(),
            origin: "CLI".to_owned(),
            command_id: id.clone(),
            story_id: id,
            causation_id: None,
            payload: Some(payload),
        }
    }
}
