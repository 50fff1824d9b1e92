// What stands before and behind a file in its list.

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import type { FileWhole } from "./File";

/** A file beside another in a list. */
export interface Neighbour {
  fileId: string;
  title: string;
}

const ListOf = graphql(`
  query FileList($itemId: ID!, $asOf: AsOfInput) {
    downloads(first: 10, filter: { itemId: $itemId }, asOf: $asOf) {
      nodes {
        playlistId
      }
    }
  }
`);

// The first 500 that are kept: what is behind them in a longer list has no neighbours here.
const KeptOf = graphql(`
  query FileNeighbours($id: ID!, $asOf: AsOfInput) {
    playlist(id: $id, asOf: $asOf) {
      accountEntries(first: 500, standing: KEPT) {
        nodes {
          itemId
          title
          download {
            file {
              id
            }
          }
        }
      }
    }
  }
`);

/** The kept files before and behind a file in the list that it was kept for. */
export function useNeighbours(file: FileWhole): {
  previous: Neighbour | undefined;
  next: Neighbour | undefined;
} {
  const { itemId } = file;
  const found = useLive(ListOf, { itemId: itemId ?? "" }, ["download"], { pause: itemId === null });
  const list = found.data?.downloads.nodes.find(({ playlistId }) => playlistId !== null)?.playlistId;
  const { data } = useLive(KeptOf, { id: list ?? "" }, [list ?? ""], { pause: list == null });
  const rows = data?.playlist?.accountEntries.nodes ?? [];
  const place = rows.findIndex((row) => row.itemId === itemId);
  if (place === -1) {
    return { previous: undefined, next: undefined };
  }
  const at = (index: number): Neighbour | undefined => {
    const row = rows[index];
    const fileId = row?.download?.file?.id;
    return row === undefined || fileId === undefined
      ? undefined
      : { fileId, title: row.title ?? "without a title" };
  };
  return { previous: at(place - 1), next: at(place + 1) };
}
