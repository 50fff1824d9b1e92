import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What secrets there are. Nobody is told what they are.
query Secrets {
  secrets(first: 10) {
    nodes {
      id
      name
      setAt
    }
  }
}
`,
  },
];
