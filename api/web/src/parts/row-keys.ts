import { type RefObject, useEffect } from "react";

/** Links of rows and tiles, in their order on the page. */
const ROWS = "a.tile, a.row";

/** Has j and k go from row to row within an element; Enter opens, since a row is a link. */
export function useRowKeys(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const way = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      const { target } = event;
      if (way === 0 || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (
        target instanceof HTMLElement &&
        target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null
      ) {
        return;
      }
      const rows = [...(box.current?.querySelectorAll<HTMLElement>(ROWS) ?? [])];
      const at = rows.indexOf(document.activeElement as HTMLElement);
      const next = rows[at === -1 ? 0 : at + way];
      if (next !== undefined) {
        event.preventDefault();
        next.focus();
        next.scrollIntoView({ block: "nearest" });
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [box]);
}
