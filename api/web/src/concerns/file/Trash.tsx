import { useRef } from "react";

import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { useTexts } from "../../client/search";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { type Column, DataTable } from "../../parts/DataTable";
import { count, moment, size } from "../../parts/format";
import { LibraryTabs } from "../../parts/LibraryTabs";
import { Picture } from "../../parts/Picture";
import { useRowKeys } from "../../parts/row-keys";
import { SearchField } from "../../parts/SearchField";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { usePlanMaker } from "../plan/maker";
import { fileName } from "./names";
import { FileRow, type FileShown } from "./Rows";
import type { FilesParam } from "./room";

const TrashOf = graphql(
  `
    query Trash($after: String, $search: String, $minPosition: Position, $asOf: AsOfInput) {
      files(
        first: 100
        after: $after
        orderBy: { field: CHANGED_AT, direction: DESC }
        filter: { search: $search, state: TRASHED }
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

const COLUMNS: readonly Column<FileShown>[] = [
  {
    id: "file",
    name: "File",
    onPhone: true,
    cell: (file) => (
      <ThingLink id={file.id} className="row">
        <Picture id={file.itemId ?? file.id} className="th sm" />
        <span className="grow">
          <span className="two name">{fileName(file.path)}</span>
          <span className="s qq cut block">{file.path}</span>
        </span>
      </ThingLink>
    ),
  },
  {
    id: "until",
    name: "Stays until at least",
    width: 180,
    cell: ({ keptUntil }) => <span className="q">{keptUntil === null ? "" : moment(keptUntil)}</span>,
  },
  { id: "size", name: "Size", width: 84, isNumber: true, cell: ({ sizeBytes }) => size(sizeBytes) },
  { id: "restore", name: "Restore", width: 112, onPhone: true, cell: (file) => <Restore file={file} /> },
];

/** The trash: what was deleted, until when it stays, and the way back. */
export function Trash() {
  useCrumbs({ name: "Library", to: "/library" }, { name: "Trash" });
  const [{ q }, change] = useTexts<FilesParam>();
  const { rows, totalCount, problem, isLoading, more, refetch } = usePages(
    TrashOf,
    { search: q ?? null },
    ["file"],
    (data) => data.files,
  );
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  return (
    <main id="main" ref={box}>
      <h1 className="sr">Library: trash</h1>
      <div className="tools lib-tools">
        <LibraryTabs />
        <span className="grow" />
        <SearchField label="Find in the trash" value={q} onChange={(value) => change({ q: value })} />
      </div>
      {isLoading && <Loading rows={5} />}
      {problem !== undefined && rows.length === 0 && <Failed problem={problem} onRetry={refetch} />}
      {totalCount === 0 && (
        <Empty title={q === undefined ? "The trash is empty." : "Nothing in the trash is called so."}>
          Files that are deleted wait here before their bytes are destroyed; until then they can be restored.
        </Empty>
      )}
      {totalCount !== undefined && totalCount > 0 && (
        <>
          <p className="s qq answer-line" role="status">
            {count(totalCount, "file")} in the trash
          </p>
          <DataTable
            rows={rows}
            keyOf={({ id }) => id}
            columns={COLUMNS}
            label="Files in the trash"
            more={more}
          />
        </>
      )}
    </main>
  );
}

function Restore({ file }: { file: FileShown }) {
  const may = useMay("delete");
  const maker = usePlanMaker();
  if (!may.isShown) {
    return null;
  }
  return (
    <>
      <Button
        small
        icon="undo"
        aria-label={`Restore ${fileName(file.path)}`}
        off={may.off}
        running={maker.isRunning && "Restoring…"}
        onClick={() => void maker.make({ restoreFiles: [file.id] }, true)}
      >
        Restore
      </Button>
      <Refused problem={maker.problem} />
    </>
  );
}
