// How the page asks: queries and acts by HTTP, what flies beside the log by the one websocket.

import {
  Client,
  cacheExchange,
  type Exchange,
  fetchExchange,
  makeOperation,
  subscriptionExchange,
} from "urql";
import { filter, map, merge, pipe, share } from "wonka";

import { address } from "./base";
import { socket } from "./connection";
import { heardPosition } from "./feed";
import { credentials, lose, renewWord } from "./session";

/** Makes the client of a session. */
export function createPageClient(): Client {
  return new Client({
    url: address("graphql"),
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    fetch: askServer,
    fetchOptions: () => ({ headers: credentials(), credentials: "same-origin" }),
    exchanges: [
      keptExchange,
      freshExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket().subscribe(
              { query: query ?? "", variables: variables ?? null },
              {
                ...sink,
                next: ({ data, errors }) =>
                  sink.next({ data: data ?? null, ...(errors === undefined ? {} : { errors }) }),
              },
            ),
          }),
        }),
      }),
    ],
  });
}

/** How a query is asked whose answer whoever asks keeps, as long as it is shown: the cache would keep each for ever. */
export const UNKEPT = { requestPolicy: "network-only", isUnkept: true } as const;

/** The cache, for all that is not asked for by `UNKEPT`. */
const keptExchange: Exchange = (input) => {
  const throughCache = cacheExchange(input);
  return (operations) => {
    const shared = pipe(operations, share);
    return merge([
      throughCache(
        pipe(
          shared,
          filter(({ context }) => context.isUnkept !== true),
        ),
      ),
      input.forward(
        pipe(
          shared,
          filter(({ context }) => context.isUnkept === true),
        ),
      ),
    ]);
  };
};

/** Wants answers at least as new as what the page has heard of, wherever a query declares `$minPosition`. It stands behind
 * the cache, so that an answer is found there whatever position it was asked for. */
const freshExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    forward(
      pipe(
        operations,
        map((operation) => {
          const minPosition = heardPosition();
          const declares = operation.query.definitions.some(
            (definition) =>
              "variableDefinitions" in definition &&
              definition.variableDefinitions?.some(({ variable }) => variable.name.value === "minPosition"),
          );
          const isPast = (operation.variables as { asOf?: unknown } | undefined)?.asOf != null;
          if (operation.kind !== "query" || !declares || isPast || minPosition === null) {
            return operation;
          }
          const variables = { ...operation.variables, minPosition };
          return makeOperation(operation.kind, { ...operation, variables }, operation.context);
        }),
      ),
    );

/** Asks the server, and takes note when it says that nobody is signed in any more. */
async function askServer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const answer = await fetch(input, init);
  if (answer.status === 401) {
    void lose("Your session has ended.");
  }
  if (answer.status === 403 && (await codeOf(answer)) === "CSRF" && (await renewWord())) {
    // Another tab signed in anew: the word of before is not that of this session.
    return fetch(input, { ...init, headers: { ...plain(init?.headers), ...credentials() } });
  }
  return answer;
}

async function codeOf(answer: Response): Promise<unknown> {
  const body = (await answer
    .clone()
    .json()
    .catch(() => null)) as Refused | null;
  return body?.errors?.[0]?.extensions?.code;
}

interface Refused {
  errors?: { extensions?: { code?: unknown } }[];
}

function plain(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}
