import { expect, test } from "vitest";

import { addresses } from "./connection";

test.each([
  ["http://localhost:8484/graphql", "http://localhost:8484/graphql", "ws://localhost:8484/graphql/ws"],
  ["https://a.example/m/graphql?x=1#y", "https://a.example/m/graphql", "wss://a.example/m/graphql/ws"],
])("the interface is beside the page %s", (page, http, websocket) => {
  expect(addresses(page)).toEqual({ http, websocket });
});
