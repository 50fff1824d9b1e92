import { useAct, useMay } from "../client/act";
import { graphql, type ResultOf } from "../client/graphql";
import { useLive } from "../client/live";
import { type Progress, useProgress } from "../client/progress";
import { Button } from "./Button";
import { length, moment, number, percent } from "./format";
import { Glyph } from "./Icon";
import { Picture } from "./Picture";
import { Hair } from "./Rate";
import { State } from "./State";
import { Refused } from "./states";
import { ThingLink } from "./ThingLink";

const FollowedList = graphql(`
  query FollowedList($id: ID!, $minPosition: Position) {
    playlist(id: $id, minPosition: $minPosition) {
      id
      title
      url
      entryCount
      refreshOutcome
      refreshFailure {
        message
      }
      entries(first: 5) {
        nodes {
          id
          title
          url
          durationMs
          download {
            id
            state
            failure {
              message
            }
            job {
              id
              state
            }
            file {
              id
            }
          }
        }
      }
    }
    schedules(first: 200, minPosition: $minPosition) {
      nodes {
        name
        nextRunAt
      }
    }
  }
`);

const Fetch = graphql(`
  mutation FetchEntries($ids: [ID!]!, $quality: String!) {
    downloadStart(input: { target: { entryIds: $ids }, quality: $quality }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

type Entry = NonNullable<ResultOf<typeof FollowedList>["playlist"]>["entries"]["nodes"][number];

/** A list that was just followed: its entries arrive as the list is read, and each says how it is. */
export function Followed({ playlistId, quality }: { playlistId: string; quality: string }) {
  const fetching = useAct(Fetch);
  const may = useMay("download");
  const { data } = useLive(FollowedList, { id: playlistId }, [playlistId, "download", "job", "schedule"]);
  const list = data?.playlist;
  const entries = list?.entries.nodes ?? [];
  const jobs = entries.flatMap(({ download }) => (download?.job == null ? [] : [download.job.id]));
  const progress = useProgress(jobs);
  if (list == null) {
    return null;
  }
  const next = data?.schedules.nodes.find(({ name }) => name === `refresh ${playlistId}`)?.nextRunAt;
  const kept = entries.filter(({ download }) => download?.state === "KEPT");
  const [first] = kept;
  const unasked = list.refreshOutcome === null ? [] : entries.filter(({ download }) => download === null);
  return (
    <>
      <p className="followed-line s q" role="status">
        <b className="b">{list.title ?? list.url}</b> {lineOf(list)}
        {next != null && ` It is read again ${moment(next)}.`}
      </p>
      <ul className="followed">
        {entries.map((entry) => (
          <li key={entry.id}>
            <Picture id={entry.id} className="th sm" />
            <span className="grow">
              <ThingLink id={entry.id} className="cut name block">
                {entry.title ?? entry.url}
              </ThingLink>
              {entry.durationMs !== null && <span className="s qq">{length(entry.durationMs)}</span>}
            </span>
            <Standing entry={entry} progress={progress.get(entry.download?.job?.id ?? "")} />
          </li>
        ))}
      </ul>
      {unasked.length > 0 && may.isShown && (
        <div className="followed-foot">
          <p className="s q grow">What comes from now on is fetched by itself. These were there before.</p>
          <Button
            small
            off={may.off}
            running={fetching.isRunning && "Asking…"}
            onClick={() => fetching.run({ ids: unasked.map(({ id }) => id), quality })}
          >
            Fetch {unasked.length === 1 ? "this one" : `these ${unasked.length}`} now
          </Button>
        </div>
      )}
      <Refused problem={fetching.problem} />
      {first !== undefined && (
        <div className="followed-foot whole" role="status">
          <Glyph name="ok" tone="ok" />
          <p className="grow">
            <b className="b">
              {kept.length === 1 ? "The first file is whole." : `${kept.length} of these are whole.`}
            </b>{" "}
            <span className="q">You may close this page; it goes on.</span>
          </p>
          {first.download?.file != null && (
            <ThingLink
              id={first.download.file.id}
              href={`/library/files/${first.download.file.id}`}
              className="btn small"
            >
              Open it
            </ThingLink>
          )}
        </div>
      )}
    </>
  );
}

function lineOf(list: {
  entryCount: number;
  refreshOutcome: string | null;
  refreshFailure: { message: string } | null;
}) {
  if (list.refreshOutcome === null) {
    return list.entryCount === 0
      ? "is being read."
      : `is being read: ${number(list.entryCount)} entries so far.`;
  }
  if (list.refreshOutcome === "FAILED") {
    return `could not be read: ${list.refreshFailure?.message ?? "it did not answer"}.`;
  }
  return `has ${number(list.entryCount)} ${list.entryCount === 1 ? "entry" : "entries"}.`;
}

function Standing({ entry, progress }: { entry: Entry; progress: Progress | undefined }) {
  const { download } = entry;
  if (download === null) {
    return <span className="standing s qq">Only listed</span>;
  }
  if (download.state === "KEPT") {
    return (
      <span className="standing">
        <State is="kept" />
      </span>
    );
  }
  if (download.state === "WANTED" && download.job?.state === "RUNNING") {
    const done = progress?.percent ?? undefined;
    return (
      <span className="standing">
        <span className="step-line">
          <State is="moving">{progress?.stage === "verifying" ? "Proving" : "Downloading"}</State>
          <span className="q s">{done === undefined ? "" : percent(done)}</span>
        </span>
        <Hair of={done === undefined ? undefined : done / 100} label={entry.title ?? "An entry"} />
      </span>
    );
  }
  if (download.state === "WANTED") {
    return (
      <span className="standing">
        <State is="waiting" />
      </span>
    );
  }
  return (
    <span className="standing">
      <State is="failed" />
      {download.failure !== null && <span className="s q block">{download.failure.message}</span>}
    </span>
  );
}
