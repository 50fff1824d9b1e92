import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

const JobTitle = graphql(`
  query JobTitle($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    job(id: $id, minPosition: $minPosition, asOf: $asOf) {
      title
    }
  }
`);

export const things: readonly Thing[] = [
  {
    kind: "job",
    word: "Job",
    Now: lazyNow(async () => (await import("./Now")).Now),
    useTitle: (id) => useLive(JobTitle, { id }, [id]).data?.job?.title,
  },
];
