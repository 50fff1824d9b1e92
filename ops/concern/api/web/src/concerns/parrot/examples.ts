import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# Texts that were or will be repeated.
query Parrots {
  parrots(first: 10) {
    nodes {
      id
      text
      letters
    }
  }
}
`,
  },
];
