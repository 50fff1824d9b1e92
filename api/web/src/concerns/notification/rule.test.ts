import { expect, test } from "vitest";

import { draftOf, EMPTY, eventWords, inputOf, type Told, whenWords } from "./rule";

const told: Told = {
  name: "much-new",
  event: "playlist.refresh_completed",
  when: [
    { field: "counts.added", oneOf: [], greater: 5, present: null },
    { field: "work.kind", oneOf: ["refresh", "download"], greater: null, present: null },
    { field: "not_done", oneOf: [], greater: null, present: false },
  ],
  about: "playlist",
  topic: null,
  resolves: false,
  severity: "WARNING",
  title: "{{ it }}: much",
  body: null,
  channels: ["phone"],
};

test("a rule comes through the form as it was", () => {
  expect(inputOf(draftOf(told))).toEqual({
    event: "playlist.refresh_completed",
    when: [
      { field: "counts.added", is: { greater: 5 } },
      { field: "work.kind", is: { oneOf: ["refresh", "download"] } },
      { field: "not_done", is: { present: false } },
    ],
    about: "playlist",
    topic: null,
    // biome-ignore lint/suspicious/noThenProperty: it is called so by the server.
    then: { raise: { severity: "WARNING", title: "{{ it }}: much", body: null, channels: ["phone"] } },
  });
});

test("what says that something is over says nothing else, and lines without a field are left out", () => {
  const draft = {
    ...EMPTY,
    event: " file.found ",
    says: false,
    title: "left over",
    when: [
      { field: " ", is: "equals" as const, value: "x" },
      { field: "lane", is: "equals" as const, value: "file_trash" },
    ],
  };
  expect(inputOf(draft)).toEqual({
    event: "file.found",
    when: [{ field: "lane", is: { equals: "file_trash" } }],
    about: null,
    topic: null,
    // biome-ignore lint/suspicious/noThenProperty: it is called so by the server.
    then: { resolve: true },
  });
});

test("a rule is said in words", () => {
  expect(eventWords("playlist.refresh_completed")).toBe("playlist: refresh completed");
  expect(whenWords(told.when)).toBe(
    "counts added is more than 5, and work kind is refresh or download, and there is no not done",
  );
});
