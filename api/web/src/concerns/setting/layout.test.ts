import { expect, test } from "vitest";

import { askedOf, typedOf } from "./LayoutFields";

test("a layout that nobody changes is asked for as it is", () => {
  const own = {
    name: "PLEX",
    template: "{list}/{title}",
    templateIsOwn: true,
    sidecars: [],
    sidecarsAreOwn: true,
  } as const;
  expect(askedOf(typedOf(own))).toEqual({ name: "PLEX", template: "{list}/{title}", sidecars: [] });
  const shape = { ...own, templateIsOwn: false, sidecars: ["NFO"], sidecarsAreOwn: false } as const;
  expect(askedOf(typedOf(shape))).toEqual({ name: "PLEX" });
});

test("as for the library says nothing, whatever was typed before", () => {
  expect(askedOf(typedOf(null))).toEqual({});
  expect(askedOf({ name: "", template: "{title}", sidecars: ["NFO"] })).toEqual({});
});
