import { graphql, type ResultOf } from "../../client/graphql";

export const NoticesOf = graphql(`
  query NoticesOf($after: String, $filter: NotificationFilterInput!, $minPosition: Position, $asOf: AsOfInput) {
    notifications(first: 100, after: $after, filter: $filter, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        subjectId
        rule
        causeId
        severity
        title
        body
        raisedAt
        resolvedAt
        isRead
        isDismissed
      }
    }
  }
`);
export const ReadNotices = graphql(`
  mutation ReadNotices($ids: [ID!]) {
    notificationRead(input: { ids: $ids }) { position userErrors { code message advice retryable } }
  }
`);
export const DismissNotices = graphql(`
  mutation DismissNotices($ids: [ID!]) {
    notificationDismiss(input: { ids: $ids }) { position userErrors { code message advice retryable } }
  }
`);

export type Notice = ResultOf<typeof NoticesOf>["notifications"]["nodes"][number];
