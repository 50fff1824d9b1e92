import { type ComponentType, lazy, Suspense } from "react";

import { Loading } from "./states";

/** The first tab of a drawer, which is loaded when one opens it: the shell of the page carries none of it. */
export function lazyNow(load: () => Promise<ComponentType<{ id: string }>>): ComponentType<{ id: string }> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return function Now({ id }) {
    return (
      <Suspense fallback={<Loading />}>
        <Loaded id={id} />
      </Suspense>
    );
  };
}
