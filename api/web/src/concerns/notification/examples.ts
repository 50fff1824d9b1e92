import type { Example } from "../../graphiql/examples";

export const examples: readonly Example[] = [
  {
    query: `# What you are told, in groups, and what was said last.
query Notifications {
  notificationGroups {
    rule
    count
    raisedAt
  }
  notifications(first: 10) {
    totalCount
    nodes {
      id
      severity
      title
      link
      raisedAt
      isRead
    }
  }
}
`,
  },
];
