// Lists that are longer than one answer: pages by cursor, as far as one scrolled, and all of them anew when something was
// recorded of what they show.

import type { TadaDocumentNode } from "gql.tada";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, useClient } from "urql";

import { useTouched } from "./live";
import { type Problem, problemOf } from "./problem";
import { useTense } from "./tense";

/** A page of a list, as every connection has it. */
interface Connection<Row> {
  nodes: readonly Row[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The rows of a list, as far as they were asked for. */
export interface Pages<Row> {
  rows: readonly Row[];
  /** How many there are in all; none before the first answer. */
  totalCount: number | undefined;
  problem: Problem | undefined;
  isLoading: boolean;
  /** Asks for the next page; none if that is all. */
  more: (() => void) | undefined;
  refetch(): void;
}

interface Loaded<Row> {
  key: string;
  rows: readonly Row[];
  totalCount: number | undefined;
  after: string | null;
  problem: Problem | undefined;
}

/** What a query takes besides what it is asked for. */
type Given<Variables> = Omit<Variables, "asOf" | "after" | "minPosition">;

/**
 * Reads a connection page by page. The query declares `$after: String` and `$asOf: AsOfInput`. Whatever was loaded is asked
 * for anew, in its order, when something was recorded of `of`.
 */
export function usePages<Data, Variables extends AnyVariables, Row>(
  query: TadaDocumentNode<Data, Variables>,
  variables: Given<Variables>,
  of: readonly string[],
  connectionOf: (data: Data) => Connection<Row> | null | undefined,
): Pages<Row> {
  const client = useClient();
  const { asOf, isPast } = useTense();
  const key = JSON.stringify({ ...variables, ...(asOf === undefined ? {} : { asOf }) });
  const [loaded, setLoaded] = useState<Loaded<Row>>();
  const pages = useRef(1);
  const run = useRef(0);
  const select = useRef(connectionOf);
  select.current = connectionOf;

  const load = useCallback(
    async (count: number, before?: Loaded<Row>) => {
      run.current += 1;
      const mine = run.current;
      const given = JSON.parse(key) as Record<string, unknown>;
      let next: Loaded<Row> = before ?? {
        key,
        rows: [],
        totalCount: undefined,
        after: null,
        problem: undefined,
      };
      for (let page = 0; page < count; page += 1) {
        const { data, error } = await client
          .query(query as TadaDocumentNode<Data, AnyVariables>, { ...given, after: next.after }, NETWORK)
          .toPromise();
        if (mine !== run.current) {
          return;
        }
        const connection = data == null ? undefined : select.current(data);
        if (connection == null) {
          next = { ...next, problem: error === undefined ? undefined : problemOf(error) };
          break;
        }
        next = {
          key,
          rows: [...next.rows, ...connection.nodes],
          totalCount: connection.totalCount,
          after: connection.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null,
          problem: undefined,
        };
        if (next.after === null) {
          break;
        }
      }
      setLoaded((now) =>
        next.problem !== undefined && now?.key === key ? { ...now, problem: next.problem } : next,
      );
    },
    [client, query, key],
  );

  useEffect(() => {
    pages.current = 1;
    void load(1);
  }, [load]);
  const refetch = useCallback(() => void load(pages.current), [load]);
  useTouched(of, refetch, isPast);

  const shown = loaded?.key === key ? loaded : undefined;
  const more =
    shown === undefined || shown.after === null
      ? undefined
      : () => {
          pages.current += 1;
          void load(1, shown);
        };
  return {
    rows: shown?.rows ?? NOTHING,
    totalCount: shown?.totalCount,
    problem: shown?.problem,
    isLoading: shown === undefined,
    more,
    refetch,
  };
}

const NETWORK = { requestPolicy: "network-only" } as const;
const NOTHING: readonly never[] = [];
