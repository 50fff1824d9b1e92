// How GraphiQL reaches the server: queries and mutations by HTTP, subscriptions by websocket.

import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";

/** A way to the server under one token. */
export interface Connection {
  fetcher: Fetcher;
  /** Ends the websocket and what runs on it. */
  close(): void;
}

/** The address of the interface beside this page, whatever base path it is served under. */
export function addresses(page: string): { http: string; websocket: string } {
  const http = new URL("graphql", page);
  const websocket = new URL("graphql/ws", page);
  websocket.protocol = http.protocol === "https:" ? "wss:" : "ws:";
  for (const address of [http, websocket]) {
    address.search = "";
    address.hash = "";
  }
  return { http: http.href, websocket: websocket.href };
}

/** Connects under a token; `onRefused` is told when the server does not take it. */
export function connect(page: string, token: string, onRefused: () => void): Connection {
  const { http, websocket } = addresses(page);
  const authorization = `Bearer ${token}`;
  const client = createClient({
    url: websocket,
    lazy: true,
    connectionParams: { authorization },
    on: {
      closed: (event) => {
        if (event instanceof CloseEvent && event.code === FORBIDDEN) {
          onRefused();
        }
      },
    },
    // Asking again with a token that was refused is of no use.
    shouldRetry: (event) => !(event instanceof CloseEvent) || event.code !== FORBIDDEN,
  });
  const fetcher = createGraphiQLFetcher({
    url: http,
    headers: { authorization },
    wsClient: client,
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      if (answer.status === 401) {
        onRefused();
      }
      return answer;
    },
  });
  return { fetcher, close: () => void client.dispose() };
}

/** The websocket's code for a token that is not valid, or no more. */
const FORBIDDEN = 4403;
