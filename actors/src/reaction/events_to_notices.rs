use mediary_log::{
    Recorded,
    gate::{Gate, Reaction, Refusal, Step, Transaction},
    work::{self, notification},
};

/// Whatever a rule of the project is about → what is told of the thing, or is over.
#[derive(Debug)]
pub struct EventsToNotices;

impl Reaction for EventsToNotices {
    fn name(&self) -> &'static str {
        "events-to-notices"
    }

    fn events(&self) -> Vec<&'static str> {
        notification::sources(&work::REGISTRY)
    }

    fn is_cause(&self, gate: &Gate, cause: &Recorded) -> bool {
        notification::is_cause(gate, cause)
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let consequences = notification::consequences(gate, cause)?;
        let step = |consequence: notification::Consequence| {
            Step::new(move |story: &mut Transaction<'_>| notification::tell(story, &consequence))
        };
        Ok(consequences.into_iter().map(step).collect())
    }
}
