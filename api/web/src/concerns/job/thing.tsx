import { lazy, Suspense } from "react";

import { Loading } from "../../parts/states";
import type { Thing } from "../../rooms";

const Now = lazy(() => import("./Now").then(({ Now }) => ({ default: Now })));

export const things: readonly Thing[] = [
  {
    kind: "job",
    word: "Job",
    Now: ({ id }) => (
      <Suspense fallback={<Loading />}>
        <Now id={id} />
      </Suspense>
    ),
  },
];
