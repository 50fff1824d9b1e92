import { useState } from "react";

import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { IconButton } from "../parts/Button";
import { number } from "../parts/format";
import { Empty, Failed, Loading } from "../parts/states";

const RawOf = graphql(`
  query RawOf($id: ID!, $asOf: AsOfInput) {
    history(id: $id, first: 200, asOf: $asOf) {
      id
      position
      kind
      schema
      stream
      version
      at
      principal
      origin
      originId
      commandId
      storyId
      causationId
      subjects
      payload
    }
  }
`);

/** The record itself: every field of an event, one event at a time. */
export function Raw({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(RawOf, { id }, [id]);
  const [chosen, setChosen] = useState<number>();
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (isLoading || data === undefined) {
    return <Loading label="Reading the record" />;
  }
  const { history } = data;
  const at = Math.min(chosen ?? history.length - 1, history.length - 1);
  const event = history[at];
  if (event === undefined) {
    return <Empty title="Nothing is recorded of it." />;
  }
  const { payload, ...envelope } = event;
  return (
    <>
      <div className="raw-head">
        <p className="q grow">
          Entry {at + 1} of {history.length}, number {number(event.position)} of all.
        </p>
        <IconButton
          icon="left"
          label="The one before"
          disabled={at === 0}
          onClick={() => setChosen(at - 1)}
        />
        <IconButton
          icon="right"
          label="The one after"
          disabled={at === history.length - 1}
          onClick={() => setChosen(at + 1)}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard. */}
      <pre className="raw" tabIndex={0}>
        {Object.entries(envelope).map(([key, value]) =>
          key === "__typename" || value == null || (Array.isArray(value) && value.length === 0) ? null : (
            <span key={key}>
              <i>{key.padEnd(12)}</i> {key === "kind" ? <b>{String(value)}</b> : shown(value)}
              {"\n"}
            </span>
          ),
        )}
        {"\n"}
        {payload == null ? <i>erased</i> : JSON.stringify(payload, null, 2)}
      </pre>
    </>
  );
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(`\n${" ".repeat(13)}`) : String(value);
}
