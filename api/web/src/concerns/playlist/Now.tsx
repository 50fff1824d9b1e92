import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { length, moment } from "../../parts/format";
import { Menu, MenuItem } from "../../parts/Menu";
import { State } from "../../parts/State";
import { Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { IntoCollection } from "../collection/Into";
import { AccountBar } from "./AccountBar";
import { QUALITIES } from "./Acts";
import { EntryShown } from "./entry";
import { availabilityWords, listName, standingOf } from "./names";
import { Rules } from "./Rules";
import { useList } from "./use-list";
import "../../parts/library.css";

/** A list in its drawer. */
export function ListNow({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useList(id);
  const list = data?.playlist;
  if (isLoading) {
    return <Loading />;
  }
  if (list == null) {
    return problem === undefined ? (
      <p className="q">It was not followed yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  return (
    <div className="stack">
      <AccountBar
        playlistId={list.id}
        account={list.account}
        safe={list.safe.totalCount}
        never={list.never.totalCount}
        chosen={{}}
      />
      <Rules list={list} />
    </div>
  );
}

const EntryOf = graphql(
  `
    query Entry($id: ID!, $asOf: AsOfInput) {
      entry(id: $id, asOf: $asOf) {
        ...EntryShown
        liveStatus
        playlist {
          id
          title
          url
        }
      }
    }
  `,
  [EntryShown],
);
const Keep = graphql(`
  mutation EntryKeep($id: ID!, $quality: String!) {
    downloadStart(input: { target: { entryIds: [$id] }, quality: $quality }) {
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

/** An entry in its drawer: how it stands, where it is, and what can be done with it. */
export function EntryNow({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(EntryOf, { id }, [id, "download", "job", "playlist"]);
  const keep = useAct(Keep);
  const may = useMay("download");
  const collect = useMay("collect");
  const entry = data?.entry;
  if (isLoading) {
    return <Loading />;
  }
  if (entry == null) {
    return problem === undefined ? (
      <p className="q">It was not listed yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  const standing = standingOf(entry, moment);
  const file = entry.download?.file;
  const isHere = entry.download?.state === "KEPT" || entry.download?.state === "WANTED";
  return (
    <>
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <State is={standing.is}>{standing.word}</State>
          {standing.why !== null && <span className="s q block">{standing.why}</span>}
        </dd>
        {entry.playlist !== null && (
          <>
            <dt>List</dt>
            <dd>
              <ThingLink id={entry.playlist.id} href={`/library/lists/${entry.playlist.id}`}>
                {listName(entry.playlist)}
              </ThingLink>
            </dd>
          </>
        )}
        {file != null && (
          <>
            <dt>File</dt>
            <dd>
              <ThingLink id={file.id} href={`/library/files/${file.id}`}>
                Open its page
              </ThingLink>
            </dd>
          </>
        )}
        {entry.download !== null && (
          <>
            <dt>Keeping</dt>
            <dd>
              <ThingLink id={entry.download.id} tab="why">
                Why it is here, or isn't
              </ThingLink>
              {entry.download.quality !== null && <span className="s q"> {entry.download.quality}</span>}
            </dd>
          </>
        )}
        <dt>At its source</dt>
        <dd>
          {entry.availability === "AVAILABLE" ? "can be had" : availabilityWords(entry.availability)}
          <span className="proof qq block">{entry.url}</span>
        </dd>
        {entry.durationMs !== null && (
          <>
            <dt>Length</dt>
            <dd>{length(entry.durationMs)}, as its source says</dd>
          </>
        )}
        <dt>Listed since</dt>
        <dd>{moment(entry.addedAt)}</dd>
        {entry.publishedAt !== null && (
          <>
            <dt>Published</dt>
            <dd>{moment(entry.publishedAt)}</dd>
          </>
        )}
      </dl>
      <div className="now-acts">
        {may.isShown && !isHere && (
          <Menu
            align="start"
            items={QUALITIES.map(({ value, word }) => (
              <MenuItem key={value} onSelect={() => void keep.run({ id, quality: value })}>
                {word}
              </MenuItem>
            ))}
          >
            <Button small icon="plus" off={may.off} running={keep.isRunning && "Asking…"}>
              Keep
            </Button>
          </Menu>
        )}
        {collect.isShown && <IntoCollection thingId={entry.itemId} off={collect.off} />}
      </div>
      <Refused problem={keep.problem} />
    </>
  );
}
