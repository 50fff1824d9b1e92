import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What would be done with files, or was, and how it is taken back.
query Plans {
  plans(first: 10) {
    nodes {
      id
      goal
      state
      fileCount
      sizeBytes
      undoId
      files(first: 10) {
        nodes {
          touch
          reason
          path
          blake3
        }
      }
    }
  }
}
`,
  },
];
