import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

const FileTitle = graphql(`
  query FileTitle($id: ID!, $asOf: AsOfInput) {
    file(id: $id, asOf: $asOf) {
      title
    }
  }
`);

export const things: readonly Thing[] = [
  {
    kind: "file",
    word: "File",
    Now: lazyNow(async () => (await import("./Now")).Now),
    // What finds it by a text is its path; it is called by its title.
    useTitle: (id) => useLive(FileTitle, { id }, [id]).data?.file?.title,
    href: (id) => `/library/files/${id}`,
  },
];
