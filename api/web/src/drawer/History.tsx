import { useEffect, useState } from "react";

import { graphql, type ResultOf } from "../client/graphql";
import { useLive } from "../client/live";
import { day, dayOffset, timeExact } from "../parts/format";
import { Seg } from "../parts/Seg";
import { Day, Event, Said, Spine } from "../parts/Spine";
import { Empty, Failed, Loading } from "../parts/states";
import { EventGlyph } from "./kinds";
import { SaveAsHtml } from "./SaveAsHtml";
import { Told } from "./Told";

const HistoryOf = graphql(`
  query HistoryOf($id: ID!, $asOf: AsOfInput) {
    history(id: $id, first: 200, asOf: $asOf) {
      id
      position
      kind
      stream
      at
      origin
      says
    }
  }
`);

type Happened = ResultOf<typeof HistoryOf>["history"][number];

const FILTERS = {
  all: () => true,
  failed: ({ kind }: Happened) => /failed|lost|refused/.test(kind),
  people: ({ origin }: Happened) =>
    origin === "PAGE" || origin === "CLI" || origin === "BOT" || origin === "NATS",
} as const;

type FilterName = keyof typeof FILTERS;

interface Props {
  id: string;
  /** Told how much there is. */
  onCount(count: number): void;
}

/** Everything that happened to a thing, the newest first, numbered from the beginning. */
export function History({ id, onCount }: Props) {
  const { data, problem, isLoading, refetch } = useLive(HistoryOf, { id }, [id]);
  const [shown, setShown] = useState<FilterName>("all");
  const total = data?.history.length;
  useEffect(() => {
    if (total !== undefined) {
      onCount(total);
    }
  }, [total, onCount]);
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (isLoading || data === undefined) {
    return <Loading label="Reading the history" />;
  }
  const numbered = data.history.map((event, index) => ({ event, number: index + 1 })).reverse();
  const found = numbered.filter(({ event }) => FILTERS[shown](event));
  const count = (name: FilterName) => numbered.filter(({ event }) => FILTERS[name](event)).length;
  return (
    <>
      <div className="tools">
        <Seg<FilterName>
          label="Which"
          value={shown}
          onChange={setShown}
          options={[
            { value: "all", word: "All", count: numbered.length },
            { value: "failed", word: "Failed", count: count("failed") },
            { value: "people", word: "By people", count: count("people") },
          ]}
        />
      </div>
      {found.length === 0 ? <Empty title="Nothing of this kind happened." /> : <Days events={found} />}
      {numbered.length > 0 && <SaveAsHtml of={{ history: id }} />}
    </>
  );
}

function Days({ events }: { events: readonly { event: Happened; number: number }[] }) {
  return (
    <Spine margin="times" label="What happened">
      {events.map(({ event, number }, index) => {
        const before = events[index - 1];
        const isNewDay = before === undefined || dayOffset(before.event.at) !== dayOffset(event.at);
        return (
          <HistoryRow
            key={event.id}
            event={event}
            number={number}
            heading={isNewDay ? day(event.at) : undefined}
            last={index === events.length - 1}
          />
        );
      })}
    </Spine>
  );
}

interface RowProps {
  event: Happened;
  number: number;
  heading: string | undefined;
  last: boolean;
}

function HistoryRow({ event, number, heading, last }: RowProps) {
  return (
    <>
      {heading !== undefined && <Day title={heading} />}
      <Event
        time={timeExact(event.at)}
        dateTime={event.at}
        last={last}
        node={<EventGlyph kind={event.kind} />}
      >
        <Said evidence={`No. ${number}`}>
          <Told says={event.says} stream={event.stream} />
        </Said>
      </Event>
    </>
  );
}
