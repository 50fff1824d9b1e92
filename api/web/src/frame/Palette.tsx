import { lazy, Suspense, useEffect } from "react";

import { createStore, useStore } from "../client/store";

const isOpen = createStore(false);
const PaletteDialog = lazy(() => import("./PaletteDialog"));

/** Opens the palette: every room, act and thing by what it is called. */
export function openPalette(): void {
  isOpen.set(true);
}

/** The palette, by Ctrl-K; it is loaded when somebody first wants it. */
export function Palette() {
  const open = useStore(isOpen);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() === "k" &&
        (event.ctrlKey || event.metaKey) &&
        !event.shiftKey &&
        !event.altKey
      ) {
        event.preventDefault();
        isOpen.set(!isOpen.get());
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return open ? (
    <Suspense>
      <PaletteDialog onClose={() => isOpen.set(false)} />
    </Suspense>
  ) : null;
}
