import { expect, test } from "vitest";

import { type Browser, dropToken, keepToken, takeToken } from "./token";

function browserAt(hash: string) {
  const kept = new Map<string, string>();
  const addresses: (string | URL | null | undefined)[] = [];
  const browser: Browser = {
    location: { hash, pathname: "/base/graphql", search: "?a=1" },
    history: { replaceState: (_data, _title, address) => addresses.push(address) },
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    },
  };
  return { browser, addresses };
}

test("a token in the fragment is taken out of the address and kept", () => {
  const { browser, addresses } = browserAt("#token=abc%2Bd");
  expect(takeToken(browser)).toBe("abc+d");
  expect(addresses).toEqual(["/base/graphql?a=1"]);
  browser.location.hash = "";
  expect(takeToken(browser)).toBe("abc+d");
});

test("a token in the fragment replaces the one that was kept", () => {
  const { browser } = browserAt("#token=new");
  keepToken(browser, "old");
  expect(takeToken(browser)).toBe("new");
});

test.each(["", "#", "#other=1", "#token=", "#token=%20"])("there is none in %j", (hash) => {
  const { browser, addresses } = browserAt(hash);
  expect(takeToken(browser)).toBeNull();
  expect(addresses).toEqual([]);
});

test("a dropped token is gone", () => {
  const { browser } = browserAt("");
  keepToken(browser, "abc");
  dropToken(browser);
  expect(takeToken(browser)).toBeNull();
});
