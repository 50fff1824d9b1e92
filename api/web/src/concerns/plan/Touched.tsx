import { useMemo } from "react";

import { graphql, type ResultOf } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { type Column, DataTable } from "../../parts/DataTable";
import { size } from "../../parts/format";
import { Picture } from "../../parts/Picture";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { fileName } from "../file/names";
import type { PlanShown } from "./Plan";
import { movedWords, reasonWords } from "./words";

const TouchedOf = graphql(`
  query PlanFiles($id: ID!, $after: String, $asOf: AsOfInput) {
    plan(id: $id, asOf: $asOf) {
      files(first: 100, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          fileId
          touch
          reason
          path
          sizeBytes
          file {
            id
            itemId
            path
            sizeBytes
          }
        }
      }
    }
  }
`);

type Row = NonNullable<ResultOf<typeof TouchedOf>["plan"]>["files"]["nodes"][number];

/** The files of a plan, each of them, with what becomes of it. */
export function Touched({ plan }: { plan: PlanShown }) {
  const { rows, problem, isLoading, more, refetch } = usePages(
    TouchedOf,
    { id: plan.id },
    [plan.id],
    (data) => data.plan?.files,
  );
  const moved = movedWords(plan);
  const columns = useMemo(() => columnsOf(moved), [moved]);
  if (isLoading) {
    return <Loading rows={3} />;
  }
  if (problem !== undefined && rows.length === 0) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <DataTable
      rows={rows}
      keyOf={({ fileId }) => fileId}
      columns={columns}
      label="Files of this plan"
      more={more}
    />
  );
}

const columnsOf = (moved: string): readonly Column<Row>[] => [
  {
    id: "file",
    name: "File",
    onPhone: true,
    cell: ({ fileId, path, file }) => {
      const where = path ?? file?.path ?? "";
      return (
        <ThingLink id={fileId} className="row">
          <Picture id={file?.itemId ?? fileId} className="th sm" />
          <span className="grow">
            <span className="two name">{where === "" ? "A file without a path" : fileName(where)}</span>
            <span className="s qq cut block">{where}</span>
          </span>
        </ThingLink>
      );
    },
  },
  {
    id: "touch",
    name: "What becomes of it",
    width: 220,
    onPhone: false,
    cell: ({ touch, reason }) => {
      if (touch === "PLANNED") {
        return <span className="q">{moved}</span>;
      }
      const { words, playlistId } = reasonWords(reason);
      return (
        <>
          <State is={touch === "SPARED" ? "safe" : "late"}>{touch === "SPARED" ? "Stays" : "Was left"}</State>
          <span className="s q block">
            {playlistId === null ? words : <ThingLink id={playlistId}>{words}</ThingLink>}
          </span>
        </>
      );
    },
  },
  {
    id: "size",
    name: "Size",
    width: 84,
    isNumber: true,
    onPhone: true,
    cell: ({ sizeBytes, file }) => size(sizeBytes ?? file?.sizeBytes ?? 0),
  },
];
