import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What was made of what, and that it is the same.
query Transcodes {
  transcodes(first: 10) {
    nodes {
      id
      title
      profile
      state
      sourceBytes
      resultBytes
      proof {
        isDecoded
        streamCount
      }
    }
  }
}
`,
  },
];
