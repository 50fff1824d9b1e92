import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";

import { Button } from "./Button";

test("the name of a button has in it what stands on it, also while it runs", () => {
  const drawn = (running: string | false) =>
    renderToStaticMarkup(
      <Button running={running} aria-label="Run now: nas">
        Run now
      </Button>,
    );
  expect(drawn(false)).toContain('aria-label="Run now: nas"');
  expect(drawn("Looking…")).toContain('aria-label="Looking… Run now: nas"');
});
