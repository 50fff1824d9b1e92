import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { count, number } from "../../parts/format";
import { State, type StateName } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import "../../parts/fields.css";

const ParkedOf = graphql(`
  query ParkedOf($asOf: AsOfInput) {
    parked(asOf: $asOf) {
      totalCount
      nodes { id reaction position stream state code place detail }
    }
  }
`);
const RetryReaction = graphql(`
  mutation RetryReaction($reaction: String!, $eventIds: [ID!]!) {
    reactionRetry(input: { reaction: $reaction, eventIds: $eventIds }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const SkipReaction = graphql(`
  mutation SkipReaction($reaction: String!, $eventId: ID!, $reason: String!) {
    reactionSkip(input: { reaction: $reaction, eventId: $eventId, reason: $reason }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Parked = ResultOf<typeof ParkedOf>["parked"]["nodes"][number];

const STATES: Record<Parked["state"], [StateName, string]> = {
  PARKED: ["failed", "Failed"],
  RETRYING: ["moving", "Tried again"],
  BEHIND: ["waiting", "Waits behind it"],
};

/** Events of which nothing follows until somebody says what: tried again, or never handled. */
export function ParkedPart() {
  const { data, problem, refetch } = useLive(ParkedOf, {}, ["reaction"]);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={2} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const { nodes, totalCount } = data.parked;
  if (totalCount === 0) {
    return <Empty title="Nothing is held up." />;
  }
  const reactions = [...new Set(nodes.map(({ reaction }) => reaction))];
  return (
    <>
      {reactions.map((reaction) => (
        <Reaction
          key={reaction}
          reaction={reaction}
          events={nodes.filter((one) => one.reaction === reaction)}
        />
      ))}
      {totalCount > nodes.length && (
        <p className="s q">
          {number(nodes.length)} of {number(totalCount)} are shown.
        </p>
      )}
    </>
  );
}

function Reaction({ reaction, events }: { reaction: string; events: readonly Parked[] }) {
  const may = useMay("operate");
  const retry = useAct(RetryReaction);
  const failed = events.filter(({ state }) => state === "PARKED");
  return (
    <section aria-label={reaction}>
      <h2 className="under-head">
        {reaction.replaceAll("_", " ")}: {count(events.length, "event")}
      </h2>
      {may.isShown && failed.length > 1 && (
        <p className="acts">
          <Button
            small
            off={may.off}
            running={retry.isRunning && "Trying…"}
            onClick={() => void retry.run({ reaction, eventIds: failed.map(({ id }) => id) })}
          >
            Try all {number(failed.length)} again
          </Button>
        </p>
      )}
      <Refused problem={retry.problem} />
      <ul className="rows">
        {events.map((event) => (
          <ParkedRow key={event.id} event={event} />
        ))}
      </ul>
    </section>
  );
}

function ParkedRow({ event }: { event: Parked }) {
  const { id, reaction, position, stream, state, code, detail } = event;
  const may = useMay("operate");
  const retry = useAct(RetryReaction);
  const skip = useAct(SkipReaction);
  const [isAsked, setAsked] = useState(false);
  const [reason, setReason] = useState("");
  const [is, word] = STATES[state];

  function submit(submitted: FormEvent) {
    submitted.preventDefault();
    void skip.run({ reaction, eventId: id, reason: reason.trim() });
  }

  return (
    <li className="opens">
      <div className="grow">
        <State is={is}>{word}</State>{" "}
        <ThingLink id={id} tab="why">
          Event No. {number(position)}
        </ThingLink>{" "}
        of{" "}
        <ThingLink id={stream} tab="history">
          its thing
        </ThingLink>
        <p className="s q text">
          {detail !== null && sentence(detail)} {code !== null && <code className="proof">{code}</code>}
        </p>
        <Refused problem={retry.problem ?? skip.problem} />
      </div>
      {may.isShown && (
        <span className="row-acts">
          {state === "PARKED" && (
            <Button
              small
              off={may.off}
              running={retry.isRunning && "Trying…"}
              aria-label={`Try again: event ${position}`}
              onClick={() => void retry.run({ reaction, eventIds: [id] })}
            >
              Try again
            </Button>
          )}
          <Button
            small
            look="bare"
            aria-expanded={isAsked}
            aria-label={`Never handle it: event ${position}`}
            onClick={() => setAsked(!isAsked)}
          >
            Never handle it
          </Button>
        </span>
      )}
      {isAsked && may.isShown && (
        <form className="row-open line-form" onSubmit={submit}>
          <input
            aria-label="Why it is never handled"
            placeholder="Why: it is recorded"
            required
            value={reason}
            onChange={(changed) => setReason(changed.currentTarget.value)}
          />
          <Button small type="submit" off={may.off} running={skip.isRunning && "Skipping…"}>
            Never handle it: it can’t be undone
          </Button>
          <Button small look="bare" onClick={() => setAsked(false)}>
            Keep it
          </Button>
        </form>
      )}
    </li>
  );
}
