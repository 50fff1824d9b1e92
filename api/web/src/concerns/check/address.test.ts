import { expect, test } from "vitest";

import { guess } from "./address";

const CASES: [typed: string, kind: string, probe: object, name: string][] = [
  ["https://example.org/health?x=1", "http", { url: "https://example.org/health?x=1" }, "example.org"],
  ["http://127.0.0.1:8080/", "http", { url: "http://127.0.0.1:8080/" }, "127.0.0.1:8080"],
  [" example.org ", "http", { url: "https://example.org" }, "example.org"],
  ["nas/status", "http", { url: "http://nas/status" }, "nas"],
  ["tcp://nas:22", "tcp", { host: "nas", port: 22 }, "nas:22"],
  ["nas:22", "tcp", { host: "nas", port: 22 }, "nas:22"],
  ["tcp://[::1]:22", "tcp", { host: "::1", port: 22 }, "[::1]:22"],
  ["tls://example.org", "tls", { host: "example.org", port: 443, days_min: 14 }, "example.org"],
  ["TLS://example.org:8443", "tls", { host: "example.org", port: 8443, days_min: 14 }, "example.org:8443"],
  ["ping://nas", "ping", { host: "nas" }, "nas"],
  ["192.168.1.7", "ping", { host: "192.168.1.7" }, "192.168.1.7"],
  ["nas", "ping", { host: "nas" }, "nas"],
  ["dns://example.org", "dns", { name: "example.org", record: "A" }, "example.org"],
  ["nats://nas:4222", "nats", { url: "nats://nas:4222" }, "nas:4222"],
];

test.each(CASES)("%s is taken for %s", (typed, kind, probe, name) => {
  expect(guess(typed)).toMatchObject({ kind, probe: { [kind]: probe }, name });
});

test.each([
  ["tcp://nas", "no port"],
  ["tcp://nas:0", "from 1 to 65535"],
  ["tcp://nas:70000", "from 1 to 65535"],
  ["https://", "no host"],
  ["https://a b/", "no host"],
  ["https://me:word@example.org/", "no password"],
  ["gopher://example.org", "“gopher://”"],
])("%s is none, and says why", (typed, why) => {
  const guessed = guess(typed);
  expect(guessed).toHaveProperty("wrong", expect.stringContaining(why));
});

test("nothing is said of a field that is empty", () => {
  expect(guess("  ")).toBeUndefined();
});
