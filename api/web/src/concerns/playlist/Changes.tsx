import { Link } from "@tanstack/react-router";

import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTexts } from "../../client/search";
import { length, moment, number } from "../../parts/format";
import { Glyph, type Tone } from "../../parts/Icon";
import type { GlyphName } from "../../parts/icons";
import { Picture } from "../../parts/Picture";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { NeverKept, Tile } from "../../parts/Tile";
import {
  columnsOf,
  endsOf,
  foldDiff,
  GROUPS,
  type GroupName,
  type Refreshed,
  refreshedOf,
  type Sign,
  signOf,
  signs,
  unchanged,
} from "./diff";
import { availabilityWords } from "./names";
import type { ListParam } from "./room";
import { TwoDates } from "./TwoDates";
import type { ListShown } from "./use-list";

const RefreshesOf = graphql(`
  query ListRefreshes($id: ID!, $asOf: AsOfInput) {
    history(id: $id, types: ["playlist.refresh_completed"], first: 500, asOf: $asOf) {
      position
      at
      payload
    }
  }
`);

// A comparison of two states reads every row: half of what one question may cost.
const DiffOf = graphql(`
  query ListDiff($id: ID!, $from: String, $to: String, $end: AsOfInput, $minPosition: Position, $asOf: AsOfInput) {
    playlist(id: $id, minPosition: $minPosition, asOf: $asOf) {
      diff(first: 150, from: $from, to: $to) {
        totalCount
        counts {
          added
          notSeen
          removed
          moved
          renamed
          described
          unavailable
          available
          returned
        }
        nodes {
          kind
          entryId
          itemId
          before {
            title
          }
          after {
            title
            url
            durationMs
            availability
          }
          entry {
            id
            addedAt
            download {
              state
            }
          }
        }
      }
    }
    atEnd: playlist(id: $id, asOf: $end) {
      entryCount
      notSeenCount
    }
  }
`);

type ChangeRow = NonNullable<ResultOf<typeof DiffOf>["playlist"]>["diff"]["nodes"][number];

const COLUMNS_MAX = 120;

/** What changed in a list between two of its refreshes, as a picture and in groups. */
export function Changes({ list }: { list: ListShown }) {
  const [search, change] = useTexts<ListParam>();
  const { data, problem, isLoading, refetch } = useLive(RefreshesOf, { id: list.id }, [list.id]);
  if (isLoading) {
    return <Loading />;
  }
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  const refreshes = (data?.history ?? []).map(refreshedOf).filter((one) => one !== null);
  const columns = columnsOf(refreshes, COLUMNS_MAX);
  if (columns.length < 2) {
    return (
      <Empty title="There is nothing to compare yet.">
        {columns.length === 0 ? "This list was not read so far." : "This list was read once."} After its next
        refresh, what came, went and was renamed is told here.
      </Empty>
    );
  }
  const ends = endsOf(columns, search.from, search.to);
  const isLast = ends.to === columns.length - 1;
  return (
    <>
      <TwoDates
        columns={columns}
        from={ends.from}
        to={ends.to}
        onChange={(from, to) =>
          change({
            from: String(columns[from]?.position),
            to: to === columns.length - 1 ? undefined : String(columns[to]?.position),
          })
        }
      />
      <Difference list={list} from={columns[ends.from]} to={isLast ? undefined : columns[ends.to]} />
    </>
  );
}

interface DifferenceProps {
  list: ListShown;
  from: Refreshed | undefined;
  /** Now, if it is left out. */
  to: Refreshed | undefined;
}

const CHIPS: readonly { sign: Sign; className: string; word: string }[] = [
  { sign: "+", className: "plus", word: "came" },
  { sign: "−", className: "minus", word: "gone" },
  { sign: "~", className: "wave", word: "otherwise" },
];

function Difference({ list, from, to }: DifferenceProps) {
  const [{ not }, change] = useTexts<ListParam>();
  const { data, problem, isLoading, refetch } = useLive(
    DiffOf,
    {
      id: list.id,
      from: from === undefined ? null : String(from.position),
      to: to === undefined ? null : String(to.position),
      end: to === undefined ? null : { position: to.position },
    },
    [list.id, "download"],
  );
  const diff = data?.playlist?.diff;
  if (isLoading) {
    return <Loading />;
  }
  if (diff === undefined) {
    return problem === undefined ? null : <Failed problem={problem} onRetry={refetch} />;
  }
  const groups = foldDiff(diff.nodes);
  const sums = signs(diff.counts);
  const hidden = new Set((not ?? "").split(""));
  const toggle = (sign: Sign) => {
    const next = new Set(hidden);
    if (!next.delete(sign)) {
      next.add(sign);
    }
    change({ not: next.size === 0 ? undefined : [...next].join("") });
  };
  const rest = diff.totalCount - diff.nodes.length;
  const listed = data?.atEnd == null ? list.account.listed : data.atEnd.entryCount + data.atEnd.notSeenCount;
  return (
    <>
      <fieldset className="sum seg-none">
        <legend className="sr">What changed</legend>
        {CHIPS.map(({ sign, className, word }) => (
          <button
            key={sign}
            type="button"
            className="dx"
            aria-pressed={!hidden.has(sign)}
            onClick={() => toggle(sign)}
          >
            <span className={`sign ${className}`}>{sign}</span>
            <b>{number(sums[sign])}</b>
            {word}
          </button>
        ))}
        {rest === 0 && (
          <Link
            className="dx"
            to={`/library/lists/${list.id}`}
            search={(before: Record<string, unknown>) => (before.at === undefined ? {} : { at: before.at })}
          >
            <span className="sign same">=</span>
            <b>{number(unchanged(listed, diff.nodes))}</b>unchanged
          </Link>
        )}
      </fieldset>
      {diff.totalCount === 0 && (
        <div className="group">
          <Empty title="Nothing changed between these two.">Drag one of the dates further away.</Empty>
        </div>
      )}
      {GROUPS.filter((name) => !hidden.has(signOf(name))).map((name) => (
        <Group key={name} name={name} changes={groups.get(name) ?? []} />
      ))}
      {rest > 0 && (
        <p className="s q group">
          {number(rest)} more are not shown; bring the two dates closer together to see them.
        </p>
      )}
    </>
  );
}

const LOOKS: Record<GroupName, { title: string; glyph: GlyphName; tone: Tone; note?: string }> = {
  safe: { title: "Gone upstream, safe here", glyph: "safe", tone: "safe", note: "their files are kept" },
  never: { title: "Gone and not here", glyph: "gone", tone: "bad", note: "only the record remains" },
  back: { title: "Back again", glyph: "plus", tone: "ok" },
  added: { title: "Added", glyph: "plus", tone: "ok" },
  renamed: { title: "Renamed", glyph: "wave", tone: "warn" },
  moved: { title: "Moved", glyph: "wave", tone: "warn", note: "they stand elsewhere in the list" },
  described: { title: "Described otherwise", glyph: "wave", tone: "warn", note: "another length or address" },
};

function Group({ name, changes }: { name: GroupName; changes: readonly ChangeRow[] }) {
  if (changes.length === 0) {
    return null;
  }
  const { title, glyph, tone, note } = LOOKS[name];
  return (
    <section className="group">
      <div className="hd">
        <Glyph name={glyph} tone={tone} />
        <h2>{title}</h2>
        <span className="s">
          {number(changes.length)}
          {note !== undefined && ` · ${note}`}
        </span>
      </div>
      {name === "never" ? (
        <ul className="ghosts">
          {changes.map((change) => (
            <li key={change.entryId}>
              <NeverKept id={change.entryId} title={titleOf(change)} facts={goneWords(change)} />
            </li>
          ))}
        </ul>
      ) : name === "renamed" || name === "moved" || name === "described" ? (
        <ul>
          {changes.map((change) => (
            <li key={change.entryId} className="rename">
              <Picture id={change.itemId} className="th sm" />
              <span className="sign wave">~</span>
              <ThingLink id={change.entryId} className="row">
                <span className="two name">
                  {name === "renamed" && <del>{change.before?.title ?? "without a title"}</del>}{" "}
                  {name === "renamed" ? <ins>{titleOf(change)}</ins> : titleOf(change)}
                </span>
              </ThingLink>
            </li>
          ))}
        </ul>
      ) : (
        <div className="grid">
          {changes.map((change) => (
            <Tile
              key={change.entryId}
              id={change.entryId}
              picture={change.itemId}
              title={titleOf(change)}
              length={change.after.durationMs === null ? undefined : length(change.after.durationMs)}
              {...(name === "safe" ? { sign: { is: "safe" as const, word: "safe here" } } : {})}
              facts={
                <span className="cut">
                  {name === "safe"
                    ? `− ${goneWords(change)}`
                    : `+ ${change.entry === null ? "listed" : moment(change.entry.addedAt)}`}
                </span>
              }
            />
          ))}
        </div>
      )}
    </section>
  );
}

function titleOf({ after }: ChangeRow): string {
  return after.title ?? after.url;
}

function goneWords({ kind, after }: ChangeRow): string {
  switch (kind) {
    case "REMOVED":
      return "left its list";
    case "NOT_SEEN":
      return "the last refresh did not see it";
    default:
      return availabilityWords(after.availability);
  }
}
