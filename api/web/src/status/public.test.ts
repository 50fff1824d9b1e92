import { expect, test } from "vitest";

import { grouped, lasted, lede, type PublicCheck, type PublicStatus, standing } from "./public";

function check(name: string, more: Partial<PublicCheck> = {}): PublicCheck {
  return {
    name,
    group: null,
    state: "OK",
    stateSinceAt: null,
    isPaused: false,
    inMaintenance: false,
    days: [],
    ...more,
  };
}

function status(state: PublicStatus["state"], checks: PublicCheck[]): PublicStatus {
  return { at: "2026-11-29T10:00:00Z", state, checks, incidents: [] };
}

test("what one came for is said first", () => {
  const fails = check("Mail", { state: "FAILING" });
  expect(lede(status("OK", [check("Web")]))).toBe("Everything is well.");
  expect(lede(status("FAILING", [check("Web"), fails]))).toBe("Mail is failing.");
  expect(lede(status("FAILING", [check("Web"), fails, fails]))).toBe("2 things of 3 are failing.");
  expect(lede(status("UNKNOWN", [check("Web", { state: "UNKNOWN" })]))).toMatch(/not everything is known/);
});

test("what is paused or unknown is not said to be well", () => {
  expect(standing(check("Web", { isPaused: true })).word).toBe("Paused");
  expect(standing(check("Web", { state: "UNKNOWN" })).word).toBe("Unknown");
  expect(standing(check("Web", { state: "FAILING", inMaintenance: true })).word).toBe("In maintenance");
});

test("groups stand together, and incidents say how long they lasted", () => {
  const groups = grouped([check("B", { group: "Home" }), check("A"), check("C", { group: "Home" })]);
  expect(groups.map(([group, checks]) => [group, checks.length])).toEqual([
    ["", 1],
    ["Home", 2],
  ]);
  const incident = { check: "Web", openedAt: "2026-11-29T10:00:00Z", closedAt: "2026-11-29T10:12:00Z" };
  expect(lasted(incident)).toMatch(/, for 12 min$/);
  expect(lasted({ ...incident, closedAt: null })).toMatch(/^Since /);
});
