// Documents are typed from the published schema: `npm run generate` reads schema/contracts/schema.graphql.

import { initGraphQLTada } from "gql.tada";

import type { introspection } from "./schema.d.ts";

/** Makes a typed document. A fragment lives beside the component that uses it. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    ID: string;
    /** RFC 3339 in UTC. */
    DateTime: string;
    Long: number;
    Position: number;
    JSON: unknown;
  };
}>();

export type { ResultOf, VariablesOf } from "gql.tada";
