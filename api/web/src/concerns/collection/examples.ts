import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# Lists of one's own. Nobody else sees them.
query Collections {
  collections(first: 10) {
    nodes {
      id
      name
      entryCount
      entries(first: 5) {
        nodes {
          title
          isThere
        }
      }
    }
  }
}
`,
  },
];
