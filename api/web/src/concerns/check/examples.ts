import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What is looked at again and again: how it stands, and how much of the last 30 days was well.
query Checks {
  checks(first: 10) {
    totalCount
    nodes {
      id
      name
      kind
      target
      state
      reason
      stateSinceAt
      message
      nextRunAt
      uptime(days: 30)
    }
  }
}
`,
  },
  {
    query: `# What is wrong, and of what it is a consequence.
query WhatIsWrong {
  checkIncidents(first: 10) {
    nodes {
      checkId
      severity
      message
      openedAt
      closedAt
      behind
      isAcknowledged
    }
  }
}
`,
  },
  {
    query: `# Has an address looked at each minute.
mutation AddCheck {
  checkAdd(
    input: {
      name: "example.org"
      probe: { http: { url: "https://example.org/" } }
      timing: { everySeconds: 60 }
      failAfter: 2
      failOf: 3
    }
  ) {
    check {
      id
      state
    }
    userErrors {
      code
      message
      advice
    }
  }
}
`,
  },
];
