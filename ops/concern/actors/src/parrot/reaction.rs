use mediary_events::parrot::{Event, Parrot};
use mediary_log::{
    Recorded,
    gate::{Gate, Reaction, Refusal, Step, decode_cause},
    work,
};
use mediary_schema::parrot::ParrotId;

/// `parrot.repeated` → `parrot::Reward`.
#[derive(Debug)]
pub struct RepeatedToReward;

impl Reaction for RepeatedToReward {
    fn name(&self) -> &'static str {
        "parrot-repeated-to-reward"
    }

    fn events(&self) -> Vec<&'static str> {
        vec!["parrot.repeated"]
    }

    fn plan(&self, _: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let parrot_id = ParrotId::from_uuid(cause.envelope.stream.uuid);
        let repeated = decode_cause::<Parrot>(cause)?.into_iter().filter(|event| matches!(event, Event::Repeated { .. }));
        Ok(repeated.map(|_| Step::new(move |story| work::parrot::reward(story, parrot_id))).collect())
    }
}
