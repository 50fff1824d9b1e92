import { expect, test } from "vitest";

import { clockOf, minuteOf, quietWords, serviceWord } from "./channel";

test.each([
  [0, "00:00"],
  [420, "07:00"],
  [1439, "23:59"],
])("minute %s of the day is %s, and back", (minute, clock) => {
  expect(clockOf(minute)).toBe(clock);
  expect(minuteOf(clock)).toBe(minute);
});

test.each(["24:00", "12:60", "", "noon", "7"])("%s is no time of a day", (text) => {
  expect(minuteOf(text)).toBeUndefined();
});

test("the zone of quiet hours is said where it is another one than that of the browser", () => {
  const quiet = { fromMinute: 1320, untilMinute: 420, zone: "Europe/Berlin" };
  expect(quietWords(quiet, "Europe/Berlin")).toBe("Quiet from 22:00 to 07:00; what is urgent comes through.");
  expect(quietWords(quiet, "UTC")).toContain("07:00, Europe/Berlin;");
  expect(quietWords(null, "UTC")).toBe("");
});

test("a service that is not known yet is called as the server calls it", () => {
  expect(serviceWord("NTFY")).toBe("ntfy");
  expect(serviceWord("PIGEON")).toBe("PIGEON");
});
