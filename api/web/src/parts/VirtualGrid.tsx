import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

interface Props<Row> {
  rows: readonly Row[];
  keyOf(row: Row): string;
  children(row: Row): ReactNode;
  /** Asks for more; called when one nears the end. */
  more?: (() => void) | undefined;
  label: string;
}

const TILE_MIN = 196;
const GAP = 16;
const ROW_ESTIMATE = 208;
const NARROW = 560;

/** A grid of tiles, of which only those in sight are there. */
export function VirtualGrid<Row>({ rows, keyOf, children, more, label }: Props<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [{ columns, top }, setPlace] = useState({ columns: 4, top: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) {
      return;
    }
    const measure = () => {
      const { width, top: inView } = element.getBoundingClientRect();
      const fits = Math.floor((width + GAP) / (TILE_MIN + GAP));
      setPlace({ columns: width < NARROW ? 2 : Math.max(1, fits), top: inView + window.scrollY });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const count = Math.ceil(rows.length / columns);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_ESTIMATE,
    overscan: 3,
    scrollMargin: top,
  });
  const shown = virtual.getVirtualItems();
  useNearEnd(shown.at(-1)?.index, count, more);

  // Its rows are boxes for their places only, which a list element may not have.
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above.
    <div
      ref={box}
      className="vgrid"
      style={{ height: virtual.getTotalSize() }}
      role="list"
      aria-label={label}
    >
      {shown.map(({ index, start, key }) => (
        <div
          key={key}
          ref={virtual.measureElement}
          data-index={index}
          className="vgrid-row"
          role="presentation"
          style={{
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            transform: `translateY(${start - top}px)`,
          }}
        >
          {rows.slice(index * columns, (index + 1) * columns).map((row) => (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            <div key={keyOf(row)} role="listitem">
              {children(row)}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** Asks for more when the last row in sight is near the last there is. */
export function useNearEnd(last: number | undefined, count: number, more: (() => void) | undefined): void {
  const asked = useRef(-1);
  useEffect(() => {
    if (more !== undefined && last !== undefined && last >= count - 4 && asked.current !== count) {
      asked.current = count;
      more();
    }
  }, [last, count, more]);
}
