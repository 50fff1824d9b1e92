import { graphql } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { Empty } from "../../parts/states";
import { FileRow, Rows } from "../file/Rows";
import type { ListShown } from "./use-list";

const FilesOf = graphql(
  `
    query ListFiles($id: ID!, $after: String, $minPosition: Position, $asOf: AsOfInput) {
      downloads(
        first: 100
        after: $after
        filter: { playlistId: $id, state: KEPT }
        minPosition: $minPosition
        asOf: $asOf
      ) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          file {
            ...FileRow
          }
        }
      }
    }
  `,
  [FileRow],
);

/** The files that are kept for a list. */
export function Files({ list }: { list: ListShown }) {
  const pages = usePages(FilesOf, { id: list.id }, [list.id, "download", "file"], (data) => ({
    ...data.downloads,
    nodes: data.downloads.nodes.flatMap(({ file }) => (file === null ? [] : [file])),
  }));
  return (
    <Rows
      pages={pages}
      empty={
        <Empty title="No file is kept for this list.">
          Files appear here once an entry is kept; another list may have kept the same item before.
        </Empty>
      }
    />
  );
}
