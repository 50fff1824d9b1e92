import { type Client, CombinedError, type OperationResult } from "urql";

import { UNKEPT } from "../../client/client";
import { graphql, type VariablesOf } from "../../client/graphql";
import { PAGE, type Source } from "../../client/long-list";
import { type Job, JobRowFields } from "./job";

const FoundJobs = graphql(
  `
    query FoundJobs(
      $first: Int!
      $filter: JobFilterInput!
      $orderBy: JobOrder
      $minPosition: Position
      $asOf: AsOfInput
    ) {
      jobs(first: $first, filter: $filter, orderBy: $orderBy, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
        nodes { ...JobRow }
      }
    }
  `,
  [JobRowFields],
);

const FoundPage = graphql(
  `
    query FoundPage(
      $first: Int
      $after: String
      $last: Int
      $before: String
      $filter: JobFilterInput!
      $orderBy: JobOrder
      $asOf: AsOfInput
    ) {
      jobs(
        first: $first
        after: $after
        last: $last
        before: $before
        filter: $filter
        orderBy: $orderBy
        asOf: $asOf
      ) {
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
        nodes { ...JobRow }
      }
    }
  `,
  [JobRowFields],
);

const FoundStep = graphql(`
  query FoundStep(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: JobFilterInput!
    $orderBy: JobOrder
    $asOf: AsOfInput
  ) {
    jobs(
      first: $first
      after: $after
      last: $last
      before: $before
      filter: $filter
      orderBy: $orderBy
      asOf: $asOf
    ) {
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
`);

const FoundCount = graphql(`
  query FoundCount($filter: JobFilterInput!, $minPosition: Position, $asOf: AsOfInput) {
    jobs(first: 1, filter: $filter, minPosition: $minPosition, asOf: $asOf) { totalCount }
  }
`);

const JobsAgain = graphql(
  `
    query JobsAgain($ids: [ID!]!, $asOf: AsOfInput) {
      nodes(ids: $ids, asOf: $asOf) { ...JobRow }
    }
  `,
  [JobRowFields],
);

/** What a list of jobs is asked for by. */
export type Asked = Pick<VariablesOf<typeof FoundPage>, "filter" | "orderBy" | "asOf">;

/** A list of jobs, and how many there are by now. */
export interface FoundSource extends Source<Job> {
  count(): Promise<number>;
}

/** Where the rows of a list of jobs come from. */
export function sourceOf(client: Client, asked: Asked): FoundSource {
  const { orderBy: _, ...counted } = asked;
  return {
    open: async () => (await answerOf(client.query(FoundJobs, { ...asked, first: PAGE }, UNKEPT))).jobs,
    page: async (part) => (await answerOf(client.query(FoundPage, { ...asked, ...part }, UNKEPT))).jobs,
    step: async (part) =>
      (await answerOf(client.query(FoundStep, { ...asked, ...part }, UNKEPT))).jobs.pageInfo,
    async again(ids) {
      const variables = { ids: [...ids], ...(asked.asOf == null ? {} : { asOf: asked.asOf }) };
      return (await answerOf(client.query(JobsAgain, variables, UNKEPT))).nodes.filter(isJob);
    },
    count: async () => (await answerOf(client.query(FoundCount, counted, UNKEPT))).jobs.totalCount,
  };
}

async function answerOf<Data>(asking: PromiseLike<OperationResult<Data>>): Promise<Data> {
  const { data, error } = await asking;
  if (data == null) {
    throw error ?? new CombinedError({});
  }
  return data;
}

function isJob(node: unknown): node is Job {
  return typeof node === "object" && node !== null && "waitsFor" in node;
}
