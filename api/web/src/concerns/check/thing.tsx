import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

const CheckTitle = graphql(`
  query CheckTitle($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    check(id: $id, minPosition: $minPosition, asOf: $asOf) { name }
  }
`);

export const things: readonly Thing[] = [
  {
    kind: "check",
    word: "Check",
    Now: lazyNow(async () => (await import("./Now")).Now),
    useTitle: (id) => useLive(CheckTitle, { id }, [id]).data?.check?.name,
    href: (id) => `/checks/${id}`,
  },
];
