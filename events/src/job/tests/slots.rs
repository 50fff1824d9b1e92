use super::*;

// invariant: J-22
#[test]
fn who_runs_returns_his_slot_once_and_ends_as_everybody_does() {
    let slotless = [running(FIRST), vec![Event::SlotReturned { attempt_id: FIRST }]].concat();
    let ask = |attempt_id| Command::ReturnSlot { attempt_id };
    given::<Job>(running(FIRST)).when(ask(FIRST)).then([Event::SlotReturned { attempt_id: FIRST }]);
    given::<Job>(slotless.clone()).when(ask(FIRST)).then([]);
    given::<Job>(vec![queued(), leased(FIRST)]).when(ask(FIRST)).then([]);
    given::<Job>(running(SECOND)).when(ask(FIRST)).rejected(&Rejection::StaleAttempt { attempt_id: FIRST });
    given::<Job>(slotless.clone()).when(lose(FIRST, true)).then([lost(FIRST, true)]);
    let again = [slotless, vec![lost(FIRST, true), leased(SECOND), Event::Started { attempt_id: SECOND }]];
    given::<Job>(again.concat()).when(ask(SECOND)).then([Event::SlotReturned { attempt_id: SECOND }]);
}
