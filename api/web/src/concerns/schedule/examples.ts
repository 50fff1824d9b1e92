import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What is done again and again, and when it comes next.
query Schedules {
  schedules(first: 10) {
    nodes {
      id
      name
      nextRunAt
      lastRunAt
      lastRefusal {
        code
        message
      }
      command {
        name
        arguments
      }
    }
  }
}
`,
  },
];
