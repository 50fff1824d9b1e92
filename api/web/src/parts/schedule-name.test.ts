import { expect, test } from "vitest";

import { scheduleName } from "./schedule-name";

const id = "playlist-d23a5f2a-8402-896d-8ba6-d37cf6ebfabb";

test("a schedule that was named after the id of a list is called by the list", () => {
  const list = { id, title: "Sample channel", url: "https://example.org/channel" };
  expect(scheduleName(`refresh ${id}`, [list])).toBe("Refreshes Sample channel");
  expect(scheduleName(`refresh ${id}`, [{ ...list, title: null }])).toBe(
    "Refreshes https://example.org/channel",
  );
  expect(scheduleName(`refresh ${id}`, [])).toBe("Refreshes a list");
  expect(scheduleName("refresh the news", [list])).toBe("refresh the news");
});
