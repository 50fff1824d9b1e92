import { expect, test } from "vitest";

import { KINDS, kindOf, probeOf, typedOf } from "./kinds";

const kind = (name: string) => {
  const found = kindOf(name);
  if (found === undefined) {
    throw new Error(name);
  }
  return found;
};

test("what is typed becomes what the server takes, in its units", () => {
  expect(probeOf(kind("file_age"), { path: "/srv/a", age_max_seconds: "1.5" })).toEqual({
    file_age: { path: "/srv/a", age_max_seconds: 5400 },
  });
  expect(probeOf(kind("command"), { argv: "/bin/test\n--days\n1\n" })).toEqual({
    command: { argv: ["/bin/test", "--days", "1"] },
  });
  expect(probeOf(kind("push"), {})).toEqual({ push: {} });
});

test("what the fields don't show of a probe stays", () => {
  const before = { http: { url: "https://a.example/", expect: { status: [204], body: "old" } } };
  const typed = typedOf(kind("http"), before);
  expect(typed).toMatchObject({ url: "https://a.example/", body: "old", latency_max_ms: "", status: "204" });
  expect(probeOf(kind("http"), { ...typed, body: "" }, before)).toEqual({
    http: { url: "https://a.example/", expect: { status: [204] } },
  });
});

test("what an answer has to be is typed in one line each", () => {
  const expect_ = {
    status: [200, 204],
    json: { pointer: "/status/db", equals: "up" },
    headers: { server: "nginx", "x-of": "a: b" },
    stays: true,
  };
  const typed = typedOf(kind("http"), { http: { url: "https://a.example/", expect: expect_ } });
  expect(typed).toMatchObject({
    status: "200, 204",
    json: "/status/db = up",
    headers: "server: nginx\nx-of: a: b",
    stays: "yes",
  });
  expect(probeOf(kind("http"), typed)).toEqual({ http: { url: "https://a.example/", expect: expect_ } });
});

const TYPED: Record<string, string> = { number: "7", numbers: "200", pairs: "a: b", yes: "yes" };

test.each(KINDS.map(({ kind }) => kind))("what is shown of %s and kept is the same", (name) => {
  const of = kind(name);
  const typed = Object.fromEntries(of.fields.map(({ key, is, usual }) => [key, usual || (TYPED[is] ?? "a")]));
  const probe = probeOf(of, typed);
  expect(probeOf(of, typedOf(of, probe), probe)).toEqual(probe);
});
