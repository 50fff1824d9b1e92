import { graphql } from "../../client/graphql";
import { type Pages, usePages } from "../../client/pages";
import { useTexts } from "../../client/search";
import { type Column, DataTable } from "../../parts/DataTable";
import { count, length, moment, number } from "../../parts/format";
import { Picture } from "../../parts/Picture";
import { SearchField } from "../../parts/SearchField";
import { State } from "../../parts/State";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { Tile } from "../../parts/Tile";
import { VirtualGrid } from "../../parts/VirtualGrid";
import { DELETED } from "./account";
import { type EntryRow, EntryShown } from "./entry";
import { reasonWords, standingOf } from "./names";
import type { ListParam } from "./room";
import type { ListShown } from "./use-list";

const AllEntries = graphql(
  `
    query AllEntries($id: ID!, $after: String, $search: String, $minPosition: Position, $asOf: AsOfInput) {
      playlist(id: $id, minPosition: $minPosition, asOf: $asOf) {
        entries(first: 100, after: $after, filter: { search: $search }) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...EntryShown
          }
        }
      }
    }
  `,
  [EntryShown],
);
const StandingEntries = graphql(
  `
    query StandingEntries(
      $id: ID!
      $after: String
      $standing: Standing!
      $reason: String
      $minPosition: Position
      $asOf: AsOfInput
    ) {
      playlist(id: $id, minPosition: $minPosition, asOf: $asOf) {
        accountEntries(first: 100, after: $after, standing: $standing, reason: $reason) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...EntryShown
          }
        }
      }
    }
  `,
  [EntryShown],
);
const GoneEntries = graphql(
  `
    query GoneEntries($id: ID!, $after: String, $here: Here, $minPosition: Position, $asOf: AsOfInput) {
      playlist(id: $id, minPosition: $minPosition, asOf: $asOf) {
        gone(first: 100, after: $after, here: $here) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            ...EntryShown
          }
        }
      }
    }
  `,
  [EntryShown],
);

const STANDINGS = ["KEPT", "WANTED", "SKIPPED", "FAILED"] as const;
const HERE = ["SAFE", "LOST", "NEVER_SAVED"] as const;

/** The entries of a list: all of them, or those behind a number of its account. */
export function Entries({ list }: { list: ListShown }) {
  const [{ standing, here }] = useTexts<ListParam>();
  const known = STANDINGS.find((one) => one === standing);
  const whereabouts = HERE.find((one) => one === here);
  if (known !== undefined) {
    return <OfStanding list={list} standing={known} />;
  }
  return whereabouts === undefined ? <All list={list} /> : <Gone list={list} here={whereabouts} />;
}

function All({ list }: { list: ListShown }) {
  const [{ q }, change] = useTexts<ListParam>();
  const pages = usePages(
    AllEntries,
    { id: list.id, search: q ?? null },
    [list.id, "download", "job"],
    (data) => data.playlist?.entries,
  );
  const found = pages.totalCount;
  return (
    <>
      <div className="tools">
        <p className="s qq grow" role="status">
          {found === undefined
            ? ""
            : q === undefined
              ? count(found, "entry", "entries")
              : `${number(found)} of ${count(list.account.listed, "entry", "entries")}`}
        </p>
        <SearchField label="Find an entry" value={q} onChange={(value) => change({ q: value })} />
      </div>
      <Rows
        pages={pages}
        empty={
          q === undefined ? (
            <Empty title="This list has no entries.">They appear here as soon as a refresh reads some.</Empty>
          ) : (
            <Empty title="No entry is called so.">Titles and addresses were looked through for “{q}”.</Empty>
          )
        }
      />
    </>
  );
}

function OfStanding({ list, standing }: { list: ListShown; standing: (typeof STANDINGS)[number] }) {
  const [{ reason, not }, change] = useTexts<ListParam>();
  const pages = usePages(
    StandingEntries,
    { id: list.id, standing, reason: reason ?? null },
    [list.id, "download", "job"],
    (data) => data.playlist?.accountEntries,
  );
  const reasons = list.account.reasons.filter(
    (one) => one.standing === standing && one.reason !== null && one.reason !== not,
  );
  // What was deleted is a part of its own: the server counts it with what is skipped.
  const rows =
    not === DELETED ? pages.rows.filter(({ download }) => download?.state !== "DELETED") : pages.rows;
  return (
    <>
      {reasons.length > 0 && (
        <fieldset className="sum tools seg-none">
          <legend className="sr">Reason</legend>
          {reasons.map((one) => (
            <button
              key={one.reason}
              type="button"
              className="dx"
              aria-pressed={reason === one.reason}
              onClick={() =>
                change({ reason: reason === one.reason ? undefined : (one.reason ?? undefined) })
              }
            >
              <b>{number(one.count)}</b>
              {reasonWords(one.reason ?? "")}
            </button>
          ))}
        </fieldset>
      )}
      <Rows
        pages={{ ...pages, rows }}
        empty={
          <Empty title="No entry is in this part any more.">The account above says where they are.</Empty>
        }
      />
    </>
  );
}

function Gone({ list, here }: { list: ListShown; here: (typeof HERE)[number] }) {
  const pages = usePages(
    GoneEntries,
    { id: list.id, here },
    [list.id, "download"],
    (data) => data.playlist?.gone,
  );
  return (
    <Rows
      pages={pages}
      empty={
        <Empty title="Nothing of this list is gone.">Whatever its source takes away is told here.</Empty>
      }
    />
  );
}

function Rows({ pages, empty }: { pages: Pages<EntryRow>; empty: React.ReactNode }) {
  const [{ as }] = useTexts<ListParam>();
  const { rows, problem, isLoading, more, refetch } = pages;
  if (isLoading) {
    return <Loading rows={6} />;
  }
  if (problem !== undefined && rows.length === 0) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (rows.length === 0) {
    return empty;
  }
  return as === "table" ? (
    <DataTable rows={rows} keyOf={keyOf} columns={COLUMNS} label="Entries" more={more} />
  ) : (
    <VirtualGrid rows={rows} keyOf={keyOf} more={more} label="Entries">
      {(entry) => <EntryTile entry={entry} />}
    </VirtualGrid>
  );
}

const keyOf = ({ id }: EntryRow) => id;

/** An entry as a tile: its state is a sign unless it is simply kept. */
export function EntryTile({ entry }: { entry: EntryRow }) {
  const standing = standingOf(entry, moment);
  return (
    <Tile
      id={entry.id}
      picture={entry.itemId}
      title={entry.title ?? entry.url}
      length={entry.durationMs === null ? undefined : length(entry.durationMs)}
      sign={standing.is === "kept" ? undefined : { is: standing.is, word: standing.word }}
      facts={<span className="cut">{standing.why ?? moment(entry.publishedAt ?? entry.addedAt)}</span>}
    />
  );
}

const COLUMNS: readonly Column<EntryRow>[] = [
  {
    id: "entry",
    name: "Entry",
    onPhone: true,
    cell: (entry) => (
      <ThingLink id={entry.id} className="row">
        <Picture id={entry.itemId} className="th sm" />
        <span className="two name">{entry.title ?? entry.url}</span>
      </ThingLink>
    ),
  },
  {
    id: "state",
    name: "State",
    width: 320,
    onPhone: true,
    cell: (entry) => {
      const { is, word, why } = standingOf(entry, moment);
      return (
        <>
          <State is={is}>{word}</State>
          {why !== null && <span className="s q two why-row">{why}</span>}
        </>
      );
    },
  },
  {
    id: "added",
    name: "Listed since",
    width: 150,
    cell: ({ addedAt }) => <span className="q">{moment(addedAt)}</span>,
  },
  {
    id: "length",
    name: "Length",
    width: 84,
    isNumber: true,
    cell: ({ durationMs }) => (durationMs === null ? "" : length(durationMs)),
  },
];
