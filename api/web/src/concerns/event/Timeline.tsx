import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient, useQuery } from "urql";

import { graphql, type ResultOf } from "../../client/graphql";
import { useTouched } from "../../client/live";
import { type Problem, problemOf } from "../../client/problem";
import { session } from "../../client/session";
import { useStore } from "../../client/store";
import { useTense } from "../../client/tense";
import { EventGlyph } from "../../drawer/kinds";
import { Told } from "../../drawer/Told";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { day, number, time } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Seg } from "../../parts/Seg";
import { Day, Event, Said, Spine } from "../../parts/Spine";
import { Empty, Failed, Loading } from "../../parts/states";
import { byConcern, concernOf, concernWords, type EventKind, EventKinds } from "./kinds";
import { type Since, sinceMoment, type TimelineSearch } from "./search";
import "./timeline.css";

const Page = graphql(`
  fragment TimelinePage on EventPage {
    events { id position kind stream at origin says }
    nextAfter
  }
`);
const Worth = graphql(
  `
    query TimelineNews($after: Position!, $first: Int!, $since: DateTime, $asOf: AsOfInput) {
      news(after: $after, first: $first, since: $since, asOf: $asOf) { ...TimelinePage }
    }
  `,
  [Page],
);
const Everything = graphql(
  `
    query TimelineEvents($after: Position!, $first: Int!, $types: [String!], $since: DateTime, $asOf: AsOfInput) {
      events(after: $after, first: $first, types: $types, since: $since, backwards: true, asOf: $asOf) {
        ...TimelinePage
      }
    }
  `,
  [Page],
);

type Happened = ResultOf<typeof Page>["events"][number];

const PAGE = 100;

/** From where something was done, in words; what Mediary did by itself is not said. */
const ORIGINS: Record<string, string> = {
  PAGE: "on the page",
  CLI: "on the command line",
  NATS: "over NATS",
  BOT: "by the bot",
  SCHEDULE: "by a schedule",
};

interface Pages {
  events: readonly Happened[];
  nextAfter: number | null;
  problem: Problem | undefined;
  isLoading: boolean;
}

const NO_KINDS: readonly EventKind[] = [];
const NOTHING: Pages = { events: [], nextAfter: null, problem: undefined, isLoading: true };

/** Everything that happened, the last first: a day is a heading, an event a sentence. */
export function Timeline() {
  useCrumbs({ name: "Timeline" });
  const { of, all, since } = useSearch({ strict: false }) as TimelineSearch;
  const navigate = useNavigate();
  const now = useStore(session);
  const permissions = now.state === "in" ? now.viewer.permissions : [];
  const mayAudit = permissions === null || permissions.includes("audit");
  const isWhole = mayAudit && (all === true || of !== undefined);
  const [{ data }] = useQuery({ query: EventKinds });
  const kinds = data?.eventKinds ?? NO_KINDS;
  const { pages, fresh, further, renew } = useTimeline(isWhole, of, since, kinds);

  const go = (change: Partial<TimelineSearch>) =>
    void navigate({
      to: "/timeline",
      search: (before: Record<string, unknown>) => ({ ...before, ...change }),
      replace: true,
    });

  return (
    <main id="main">
      <h1 className="sr">Timeline</h1>
      <div className="tools">
        {mayAudit && (
          <>
            <Seg<"worth" | "all">
              label="How much"
              value={isWhole ? "all" : "worth"}
              onChange={(value) => go({ of: undefined, all: value === "all" ? true : undefined })}
              options={[
                { value: "worth", word: "Worth knowing" },
                { value: "all", word: "Everything" },
              ]}
            />
            <KindSelect kinds={kinds} of={of} onChange={(value) => go({ of: value, all: undefined })} />
          </>
        )}
        <Seg<Since | "ever">
          label="Since when"
          value={since ?? "ever"}
          onChange={(value) => go({ since: value === "ever" ? undefined : value })}
          options={[
            { value: "day", word: "A day" },
            { value: "week", word: "A week" },
            { value: "month", word: "A month" },
            { value: "ever", word: "From the beginning" },
          ]}
        />
        {fresh > 0 && (
          <button type="button" className="chip" onClick={renew}>
            <Icon name="top" />
            Something new
          </button>
        )}
      </div>
      {pages.problem !== undefined && pages.events.length === 0 ? (
        <Failed problem={pages.problem} title="The timeline could not be read." onRetry={renew} />
      ) : pages.events.length > 0 ? (
        <Days events={pages.events} further={pages.nextAfter === null ? undefined : further} />
      ) : pages.isLoading ? (
        <Loading rows={8} label="Reading the timeline" />
      ) : (
        <Empty title="Nothing of this kind happened." />
      )}
    </main>
  );
}

/** Of which kind of event it is shown: all of a concern, or one kind, by what it means. */
function KindSelect({
  kinds,
  of,
  onChange,
}: {
  kinds: readonly EventKind[];
  of: string | undefined;
  onChange(of: string | undefined): void;
}) {
  return (
    <select
      className="kinds"
      aria-label="What about"
      value={of ?? ""}
      onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
    >
      <option value="">About anything</option>
      {byConcern(kinds).map(([concern, own]) => (
        <optgroup key={concern} label={concernWords(concern)}>
          <option value={concern}>{concernWords(concern)}: all of it</option>
          {own.map(({ kind, meaning }) => (
            <option key={kind} value={kind}>
              {meaning}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

function useTimeline(
  isWhole: boolean,
  of: string | undefined,
  since: Since | undefined,
  kinds: readonly EventKind[],
) {
  const client = useClient();
  const { asOf, isPast } = useTense();
  const [pages, setPages] = useState<Pages>(NOTHING);
  const [fresh, setFresh] = useState(0);
  const asking = useRef(0);
  const asked = JSON.stringify({
    since: sinceMoment(since),
    ...(of === undefined ? {} : { types: [of] }),
    ...(asOf === undefined ? {} : { asOf }),
  });

  const load = useCallback(
    async (after: number) => {
      asking.current += 1;
      const turn = asking.current;
      const variables = { ...JSON.parse(asked), after, first: PAGE };
      const options = { requestPolicy: "network-only" } as const;
      const answer = isWhole
        ? await client.query(Everything, variables, options).toPromise()
        : await client.query(Worth, variables, options).toPromise();
      if (turn !== asking.current) {
        return;
      }
      const data = answer.data as Record<string, ResultOf<typeof Page>> | null | undefined;
      const page = data == null ? undefined : Object.values(data)[0];
      setPages((before) =>
        page === undefined
          ? {
              ...before,
              problem: answer.error === undefined ? undefined : problemOf(answer.error),
              isLoading: false,
            }
          : {
              events: after === 0 ? page.events : [...before.events, ...page.events],
              nextAfter: page.nextAfter,
              problem: undefined,
              isLoading: false,
            },
      );
      if (after === 0) {
        setFresh(0);
      }
    },
    [client, asked, isWhole],
  );
  useEffect(() => {
    setPages(NOTHING);
    void load(0);
  }, [load]);

  const renew = useCallback(() => void load(0), [load]);
  // Whoever has read on is not thrown back: what is new is said.
  const touched = useCallback(() => {
    if (window.scrollY < 80) {
      void load(0);
    } else {
      setFresh((before) => before + 1);
    }
  }, [load]);
  const concerns = useMemo(
    () => (of === undefined ? byConcern(kinds).map(([concern]) => concern) : [concernOf(of)]),
    [of, kinds],
  );
  useTouched(concerns, touched, isPast);
  const further = () => void (pages.nextAfter !== null && load(pages.nextAfter));
  return { pages, fresh, renew, further };
}

function Days({ events, further }: { events: readonly Happened[]; further: (() => void) | undefined }) {
  return (
    <Spine label="What happened">
      {events.map((event, index) => {
        const heading = day(event.at);
        const before = events[index - 1];
        return (
          <Line
            key={event.id}
            event={event}
            heading={before === undefined || day(before.at) !== heading ? heading : undefined}
            last={further === undefined && index === events.length - 1}
          />
        );
      })}
      {further !== undefined && (
        <Event last>
          <Button small onClick={further}>
            Further back
          </Button>
        </Event>
      )}
    </Spine>
  );
}

interface LineProps {
  event: Happened;
  heading: string | undefined;
  last: boolean;
}

function Line({ event, heading, last }: LineProps) {
  const from = ORIGINS[event.origin];
  return (
    <>
      {heading !== undefined && <Day title={heading} />}
      <Event time={time(event.at)} dateTime={event.at} last={last} node={<EventGlyph kind={event.kind} />}>
        <Said
          evidence={
            <span className="qq">
              {from === undefined ? "" : `Asked for ${from}. `}
              <span className="proof">{number(event.position)}</span>
            </span>
          }
        >
          <Told says={event.says} stream={event.stream} />
        </Said>
      </Event>
    </>
  );
}
