import { expect, it } from "vitest";

import { rhythmWords } from "./rhythm";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

it("says what people write most in words, and all else as it stands", () => {
  const cron = (expression: string, where = zone) =>
    rhythmWords({ cron: expression, zone: where, everySeconds: null });
  expect(cron("0 3 * * *")).toBe("every day at 03:00");
  expect(cron("30 22 * * 5")).toBe("every Friday at 22:30");
  expect(cron("5 * * * *")).toBe("every hour at minute 5");
  expect(cron("0 3 1 * *")).toBe("by “0 3 1 * *”");
  expect(cron("0 0 3 * * *")).toBe("by “0 0 3 * * *”");
  expect(cron("0 3 * * *", "Asia/Tokyo")).toBe("every day at 03:00 in Asia/Tokyo");
  expect(rhythmWords({ cron: null, zone: null, everySeconds: 7200 })).toBe("every 2 h");
});
