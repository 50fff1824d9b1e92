import { expect, test } from "vitest";

import { arrange } from "./arrange";

type One = Parameters<typeof arrange>[0][number];

function check(id: string, more: Partial<One> = {}): One {
  return { id, name: id, state: "OK", reason: null, isPaused: false, behind: null, group: null, ...more };
}

const names = (groups: ReturnType<typeof arrange>) =>
  groups.map(({ name, branches }) => [name, branches.map(({ check }) => check.id)]);

test("what fails stands first, then what nobody can say, and what is paused last", () => {
  const checks = [
    check("a"),
    check("b", { isPaused: true, state: "FAILING" }),
    check("c", { state: "UNKNOWN" }),
    check("d", { state: "FAILING" }),
  ];
  expect(names(arrange(checks))).toEqual([[null, ["d", "c", "a", "b"]]]);
});

test("a group with something that fails stands first, and those of no group last of their kind", () => {
  const checks = [check("a"), check("b", { group: "home" }), check("c", { group: "shop", state: "FAILING" })];
  expect(names(arrange(checks)).map(([name]) => name)).toEqual(["shop", "home", null]);
});

test("a consequence stands under its cause, in the group of that", () => {
  const checks = [
    check("switch", { state: "FAILING", group: "net" }),
    check("nas", { state: "FAILING", behind: "switch" }),
    check("disk", { state: "FAILING", behind: "nas", group: "media" }),
    check("lost", { state: "FAILING", behind: "not among these" }),
  ];
  const [net, none] = arrange(checks);
  expect(net?.branches[0]?.behind[0]?.behind[0]?.check.id).toBe("disk");
  expect(none?.branches.map(({ check }) => check.id)).toEqual(["lost"]);
});

test("a chain that comes back to where it began loses nobody", () => {
  const checks = [check("a", { behind: "b" }), check("b", { behind: "a" })];
  expect(names(arrange(checks))).toEqual([[null, ["a", "b"]]]);
});
