import { expect, test } from "vitest";

import { saidOf, timeOf, usualTime } from "./maintenance";

const zone = "Europe/Berlin";

test("what was said of a day and a time is typed as such, and said as it was", () => {
  const said = { cron: "30 1 * * 0", zone, everySeconds: null, seconds: 7200 };
  const time = timeOf(said);
  expect(time).toMatchObject({ day: "0", at: "01:30", minutes: "120" });
  expect(time && saidOf(time)).toEqual({
    timing: { cron: { expression: "30 1 * * 0", zone } },
    seconds: 7200,
  });
});

test("any other expression stays one", () => {
  const cron = "*/15 2-4 1 * *";
  const time = timeOf({ cron, zone, everySeconds: null, seconds: 90 });
  expect(time).toMatchObject({ day: "cron", cron, minutes: "1.5" });
  expect(time && saidOf(time).timing.cron.expression).toBe(cron);
});

test("what comes after so many seconds has no fields", () => {
  expect(timeOf({ cron: null, zone: null, everySeconds: 3600, seconds: 60 })).toBeUndefined();
});

test("one that nobody has changed is an hour of each night", () => {
  expect(saidOf(usualTime(zone))).toEqual({
    timing: { cron: { expression: "0 3 * * *", zone } },
    seconds: 3600,
  });
});
