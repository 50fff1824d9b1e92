import { useRef } from "react";

import { graphql, type ResultOf } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { useTexts } from "../../client/search";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { AddressField } from "../../parts/AddressField";
import { count, moment, number } from "../../parts/format";
import { LibraryTabs } from "../../parts/LibraryTabs";
import { Cover } from "../../parts/Picture";
import { Hair } from "../../parts/Rate";
import { useRowKeys } from "../../parts/row-keys";
import { SearchField } from "../../parts/SearchField";
import { Seg } from "../../parts/Seg";
import { State } from "../../parts/State";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { listName } from "./names";
import type { ListsParam } from "./room";

// The account of every list is counted row by row: fifteen of them are what one question may cost.
const ListsOf = graphql(`
  query Lists(
    $after: String
    $search: String
    $field: PlaylistOrderField!
    $direction: OrderDirection!
    $minPosition: Position
    $asOf: AsOfInput
  ) {
    playlists(
      first: 15
      after: $after
      orderBy: { field: $field, direction: $direction }
      filter: { search: $search }
      minPosition: $minPosition
      asOf: $asOf
    ) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        title
        url
        followed
        refreshedAt
        refreshOutcome
        refreshFailure {
          message
        }
        account {
          listed
          kept
          wanted
          failed
        }
        entries(first: 4) {
          nodes {
            itemId
          }
        }
      }
    }
  }
`);

type ListRow = ResultOf<typeof ListsOf>["playlists"]["nodes"][number];

const SORTS = [
  { value: "changed", word: "Last changed", field: "CHANGED_AT", direction: "DESC" },
  { value: "title", word: "Name", field: "TITLE", direction: "ASC" },
  { value: "followed", word: "Last followed", field: "FOLLOWED_AT", direction: "DESC" },
] as const;

/** The library: every list, what it is, and how much of it is here. */
export function Lists() {
  useCrumbs({ name: "Library", to: "/library" }, { name: "Lists" });
  const [{ q, sort }, change] = useTexts<ListsParam>();
  const { isPast } = useTense();
  const by = SORTS.find(({ value }) => value === sort) ?? SORTS[0];
  const variables = {
    search: q ?? null,
    field: by.field,
    direction: by.direction,
  };
  const pages = usePages(ListsOf, variables, ["playlist", "download"], (data) => data.playlists);
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const { rows, totalCount, problem, isLoading, more, refetch } = pages;

  return (
    <main id="main" ref={box}>
      <h1 className="sr">Library: lists</h1>
      <div className="tools lib-tools">
        <LibraryTabs />
        <span className="grow" />
        <Seg
          label="Order"
          value={by.value}
          onChange={(value) => change({ sort: value === "changed" ? undefined : value })}
          options={SORTS}
        />
        <SearchField label="Find a list" value={q} onChange={(value) => change({ q: value })} />
      </div>
      {isLoading && <Loading rows={5} />}
      {problem !== undefined && <Failed problem={problem} onRetry={refetch} />}
      {totalCount === 0 && q !== undefined && (
        <Empty title="No list is called so.">Names and addresses were looked through for “{q}”.</Empty>
      )}
      {totalCount === 0 && q === undefined && (
        <Empty title={isPast ? "Nothing was followed yet." : "Nothing is followed yet."}>
          <p>Paste the address of a list, a channel or a feed; its entries appear here as they are read.</p>
          {!isPast && (
            <div className="stack under-field">
              <AddressField />
            </div>
          )}
        </Empty>
      )}
      {totalCount !== undefined && totalCount > 0 && (
        <>
          <p className="s qq answer-line" role="status">
            {count(totalCount, "list")}
          </p>
          <ul className="lists">
            {rows.map((list) => (
              <Row key={list.id} list={list} />
            ))}
          </ul>
          {more !== undefined && (
            <button type="button" className="more" onClick={more}>
              {count(totalCount - rows.length, "more list")}
            </button>
          )}
        </>
      )}
    </main>
  );
}

function Row({ list }: { list: ListRow }) {
  const { account } = list;
  const ids = list.entries.nodes.map(({ itemId }) => itemId);
  return (
    <li>
      <ThingLink id={list.id} href={`/library/lists/${list.id}`} className="row">
        <Cover ids={ids.length === 0 ? [list.id] : ids} small />
        <span className="grow">
          <span className="two name">{listName(list)}</span>
          <span className="s q cut block">{list.url}</span>
        </span>
      </ThingLink>
      <div>
        <p className="s">
          <b className="b">{number(account.kept)}</b> of {number(account.listed)} kept
          {account.wanted > 0 && <span className="q">, {number(account.wanted)} wait</span>}
          {account.failed > 0 && <span className="is-bad">, {number(account.failed)} failed</span>}
        </p>
        <Hair
          of={account.listed === 0 ? undefined : account.kept / account.listed}
          label={`${listName(list)}: kept`}
        />
      </div>
      <div>
        <Standing list={list} />
      </div>
    </li>
  );
}

function Standing({ list }: { list: ListRow }) {
  if (list.refreshOutcome === "FAILED") {
    return (
      <>
        <State is="failed">Not read</State>
        <span className="s q block">{list.refreshFailure?.message}</span>
      </>
    );
  }
  return (
    <>
      {list.followed ? <State is="moving">Following</State> : <State is="held">Not followed</State>}
      {list.refreshedAt !== null && <span className="s qq block">read {moment(list.refreshedAt)}</span>}
    </>
  );
}
