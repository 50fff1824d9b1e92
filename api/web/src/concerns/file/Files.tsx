import { useRef } from "react";

import { graphql } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { useTexts } from "../../client/search";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { count, number } from "../../parts/format";
import { LibraryTabs } from "../../parts/LibraryTabs";
import { useRowKeys } from "../../parts/row-keys";
import { SearchField } from "../../parts/SearchField";
import { Seg } from "../../parts/Seg";
import { Empty } from "../../parts/states";
import { ToAddress } from "../../parts/ToAddress";
import { FileRow, Rows } from "./Rows";
import type { FilesParam } from "./room";

const FilesOf = graphql(
  `
    query Files(
      $after: String
      $search: String
      $state: FileState
      $field: FileOrderField!
      $direction: OrderDirection!
      $minPosition: Position
      $asOf: AsOfInput
    ) {
      files(
        first: 100
        after: $after
        orderBy: { field: $field, direction: $direction }
        filter: { search: $search, state: $state }
        minPosition: $minPosition
        asOf: $asOf
      ) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...FileRow
        }
      }
    }
  `,
  [FileRow],
);

const STATES = [
  { value: "PRESENT", word: "Kept" },
  { value: "CHANGED", word: "Changed" },
  { value: "LOST", word: "Lost" },
] as const;

/** The files of the library, as a grid of posters or as a table. */
export function Files() {
  useCrumbs({ name: "Library", to: "/library" }, { name: "Files" });
  const [{ q, state, sort = "-recorded", as }, change] = useTexts<FilesParam>();
  const known = STATES.find(({ value }) => value === state)?.value ?? "PRESENT";
  const pages = usePages(
    FilesOf,
    {
      search: q ?? null,
      state: known,
      field: sort.endsWith("path") ? "PATH" : "RECORDED_AT",
      direction: sort.startsWith("-") ? "DESC" : "ASC",
    } as const,
    ["file"],
    (data) => data.files,
  );
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const { totalCount } = pages;
  const { isPast } = useTense();
  return (
    <main id="main" className="wide" ref={box}>
      <h1 className="sr">Library: files</h1>
      <div className="tools lib-tools">
        <LibraryTabs />
        <span className="grow" />
        <Seg
          label="Which"
          value={known}
          onChange={(value) => change({ state: value === "PRESENT" ? undefined : value })}
          options={STATES}
        />
        <Seg
          label="Show as"
          value={as === "table" ? "table" : "grid"}
          onChange={(value) => change({ as: value === "grid" ? undefined : value })}
          options={[
            { value: "grid", word: "Grid" },
            { value: "table", word: "Table" },
          ]}
        />
        <SearchField label="Find a file" value={q} onChange={(value) => change({ q: value })} />
      </div>
      <p className="s qq answer-line" role="status">
        {totalCount === undefined
          ? ""
          : q === undefined
            ? count(totalCount, "file")
            : `${number(totalCount)} found`}
      </p>
      <Rows
        pages={pages}
        sort={sort}
        onSort={(value) => change({ sort: value })}
        empty={
          q !== undefined ? (
            <Empty title="No file is called so.">Paths were looked through for “{q}”.</Empty>
          ) : known === "PRESENT" ? (
            <Empty title="Nothing is kept yet." acts={!isPast && <ToAddress />}>
              Files appear here once something of a list was fetched, decoded to its end, and put in its
              place.
            </Empty>
          ) : (
            <Empty title={known === "LOST" ? "No file is lost." : "No file was changed."}>
              The library is read again and again; whatever isn't as it was recorded shows up here.
            </Empty>
          )
        }
      />
    </main>
  );
}
