import { useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { State } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ChannelForm } from "./ChannelForm";
import { quietWords, serviceWord } from "./channel";
import { DeliveryState } from "./DeliveryState";
import { Outbox } from "./Outbox";
import { SEVERITIES } from "./words";

const ChannelsOf = graphql(`
  query ChannelsOf($asOf: AsOfInput) {
    notificationChannels(asOf: $asOf) {
      name
      service
      host
      from
      quiet { fromMinute untilMinute zone }
      isPaused
      title
      body
    }
  }
`);
const PauseChannel = graphql(`
  mutation PauseChannel($name: String!) {
    notificationChannelPause(input: { name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const ResumeChannel = graphql(`
  mutation ResumeChannel($name: String!) {
    notificationChannelResume(input: { name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const TestChannel = graphql(`
  mutation TestChannel($name: String!) {
    notificationChannelTest(input: { name: $name }) {
      delivery { id }
      position
      userErrors { code message advice retryable }
    }
  }
`);
const RemoveChannel = graphql(`
  mutation RemoveChannel($name: String!) {
    notificationChannelRemove(input: { name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

export type Channel = ResultOf<typeof ChannelsOf>["notificationChannels"][number];

/** Where notices are sent, and what was sent there. An address is written once, and shown to nobody. */
export function Channels() {
  const { data, problem, refetch } = useLive(ChannelsOf, {}, ["notification"]);
  const may = useMay("secret");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const channels = data.notificationChannels;
  return (
    <>
      {may.isShown && <ChannelForm off={may.off} names={channels.map(({ name }) => name)} />}
      {channels.length === 0 ? (
        <Empty title="Nothing is sent anywhere.">
          Whatever is said stands behind the bell of this page alone.
        </Empty>
      ) : (
        <ul className="rows" aria-label="Channels">
          {channels.map((channel) => (
            <ChannelRow key={channel.name} channel={channel} />
          ))}
        </ul>
      )}
      <Outbox />
    </>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const { name, service, host, from, quiet, isPaused } = channel;
  const mayChange = useMay("secret");
  const mayTest = useMay("notify");
  const tried = useAct(TestChannel);
  const pause = useAct(PauseChannel);
  const resume = useAct(ResumeChannel);
  const remove = useAct(RemoveChannel);
  const [isOpen, setOpen] = useState(false);
  const [deliveryId, setDelivery] = useState<string>();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  async function test() {
    setDelivery(undefined);
    const sent = await tried.run({ name });
    setDelivery(sent?.notificationChannelTest.delivery?.id);
  }

  return (
    <li className="opens">
      <div className="grow">
        <b>{name}</b> {isPaused && <State is="held">Paused</State>}
        <p className="s q text">
          {serviceWord(service)} at {host}. From “{SEVERITIES[from].word}” on: {SEVERITIES[from].says}.{" "}
          {quietWords(quiet, zone)}
          {isPaused &&
            " Nothing is sent there until it goes on: what comes up meanwhile is skipped, and not sent later."}
        </p>
        {deliveryId !== undefined && <DeliveryState id={deliveryId} />}
        <Refused problem={tried.problem ?? pause.problem ?? resume.problem ?? remove.problem} />
      </div>
      <span className="row-acts">
        {mayTest.isShown && (
          <>
            {!isPaused && (
              <Button
                small
                off={mayTest.off}
                running={tried.isRunning && "Sending…"}
                aria-label={`Test ${name}`}
                onClick={() => void test()}
              >
                Test
              </Button>
            )}
            <Button
              small
              look={isPaused ? undefined : "bare"}
              off={mayTest.off}
              aria-label={`${isPaused ? "Go on with" : "Pause"} ${name}`}
              onClick={() => void (isPaused ? resume : pause).run({ name })}
            >
              {isPaused ? "Go on" : "Pause"}
            </Button>
          </>
        )}
        {mayChange.isShown && (
          <>
            <Button
              small
              look="bare"
              aria-expanded={isOpen}
              aria-label={`Change ${name}`}
              onClick={() => setOpen(!isOpen)}
            >
              Change
            </Button>
            <Confirm
              word="Remove"
              label={`Remove ${name}`}
              says={`Remove ${name} and destroy its address`}
              off={mayChange.off}
              running={remove.isRunning && "Removing…"}
              onYes={() => void remove.run({ name })}
            />
          </>
        )}
      </span>
      {isOpen && mayChange.isShown && (
        <div className="row-open plain-form">
          <ChannelForm off={mayChange.off} of={channel} names={[]} onDone={() => setOpen(false)} />
        </div>
      )}
    </li>
  );
}
