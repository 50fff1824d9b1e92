import { expect, test } from "vitest";

import { askReadiness } from "./readiness";

function answering(status: number, body: string): typeof fetch {
  return async () => new Response(body, { status });
}

test("a server that is ready says no more", async () => {
  const readiness = await askReadiness(answering(200, "ready\n"));
  expect(readiness).toEqual({ state: "ready", word: "Ready", detail: "" });
});

test("a server that is not ready says why", async () => {
  const readiness = await askReadiness(answering(503, "log: opening\n"));
  expect(readiness).toEqual({ state: "waiting", word: "Not ready (503)", detail: "log: opening" });
});

test("a server that does not answer is not reachable", async () => {
  const refusing: typeof fetch = () => Promise.reject(new TypeError("failed to fetch"));
  expect((await askReadiness(refusing)).state).toBe("unreachable");
});
