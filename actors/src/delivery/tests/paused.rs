//! A channel that is paused: nothing goes there, and nothing is made up for.

use mediary_events::notification::{Ask, Rejection, ask::WhichChannel};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Options as AskOptions, Refusal, Transaction},
    work::{self, notification::Consequence},
};
use mediary_schema::{
    DeliveryId, EventId, ProjectId,
    delivery::DeliveryState,
    notification::{Notice, Severity},
};
use uuid::Uuid;

use super::{Bench, Sink};

impl Bench {
    async fn asks(&self, asked: fn(WhichChannel) -> Ask, name: &str) -> Result<(), Refusal> {
        let asked = asked(WhichChannel { name: name.to_owned() });
        self.gate.ask(self.caller(), asked, AskOptions::default()).await.map(|_| ())
    }

    /// Has people told something; what is sent of it to a channel.
    async fn tell(&self, title: &str, channel: &str) -> DeliveryId {
        let (cause, project) = (EventId::from_uuid(self.gate.ids().next()), ProjectId::HOME);
        let notice = Notice {
            subject: project.into(),
            topic: Some(title.to_owned()),
            rule: "much-new".to_owned(),
            cause,
            severity: Severity::Error,
            title: title.to_owned(),
            body: None,
        };
        let id = self.gate.identities().notification(project, &notice.subject, notice.topic.as_deref());
        let raise =
            Consequence::Raise { notice, channels: Vec::new(), about_channel: None, is_told_once: false };
        let origin = Origin { kind: OriginKind::Actor, id: Uuid::nil() };
        let caller = Caller::platform(origin, self.gate.ids());
        let tell = move |story: &mut Transaction<'_>| work::notification::tell(story, &raise);
        self.gate.transact(caller, tell).await.unwrap();
        self.gate.identities().delivery(cause, id, channel)
    }
}

// CH-11.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_a_channel_that_is_paused_and_nothing_is_made_up_for_when_it_goes_on() {
    let (bench, sink) = (Bench::new(), Sink::start([]).await);
    bench.add("hook", &format!("json://{}/in", sink.address)).await;
    // What waits for its moment is skipped once that comes, and what comes up meanwhile at once.
    let waited = bench.tell("before", "hook").await;
    bench.asks(Ask::PauseChannel, "hook").await.unwrap();
    let meanwhile = bench.tell("meanwhile", "hook").await;
    bench.stands(meanwhile, DeliveryState::Skipped).await;
    let running = bench.start().await;
    bench.stands(waited, DeliveryState::Skipped).await;
    let tested = bench.asks(Ask::TestChannel, "hook").await.unwrap_err();
    let refused: Refusal = Rejection::ChannelPaused { name: "hook".to_owned() }.into();
    assert_eq!((tested.code(), tested.to_string()), (refused.code(), refused.to_string()));
    // Whoever wants it sent all the same lets the channel go on first.
    bench.retry(meanwhile).await;
    bench.stands(meanwhile, DeliveryState::Skipped).await;

    bench.asks(Ask::ResumeChannel, "hook").await.unwrap();
    let after = bench.tell("after", "hook").await;
    bench.stands(after, DeliveryState::Sent).await;
    bench.stands(waited, DeliveryState::Skipped).await;
    bench.retry(waited).await;
    bench.stands(waited, DeliveryState::Sent).await;
    running.stop().await;
    let sent: Vec<String> = sink.taken().into_iter().map(|taken| taken.body).collect();
    assert!(sent.len() == 2 && sent[0].contains("after") && sent[1].contains("before"), "{sent:?}");
}
