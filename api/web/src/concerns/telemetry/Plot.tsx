import { useEffect, useRef } from "react";
import UPlot from "uplot";

import { alone, type Drawn, type Line, type Range, tick, valued } from "./measures";
import type { Shown } from "./use-telemetry";
import "uplot/dist/uPlot.min.css";

interface Props {
  lines: readonly Line[];
  shown: Shown;
  range: Range;
  /** What its colours are: an element for each line, by `color` the line and by `outline-color` what lies around it. */
  swatches: readonly (HTMLElement | null)[];
  /** The place that is pointed at, or none. */
  place: number | undefined;
  onPlace(place: number | undefined): void;
}

const HEIGHT = 168;
/** The graphs of a room point at one moment together. */
const SYNC = "telemetry";

/** The lines themselves, on a canvas; whoever doesn't see it reads what stands beside it. */
export function Plot({ lines, shown, range, swatches, place, onPlace }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latest = useRef({ lines, shown, range, swatches, onPlace });
  latest.current = { lines, shown, range, swatches, onPlace };
  const shape = lines.map(({ series, isLimit }) => `${series.name} ${isLimit}`).join(" ");

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made anew for other lines only; all else it reads when it draws.
  useEffect(() => {
    const element = box.current;
    if (element === null) {
      return;
    }
    const made = new UPlot(optionsOf(element, latest), dataOf(latest.current), element);
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    sized.observe(element);
    const redraw = () => made.redraw(false);
    const themed = new MutationObserver(redraw);
    themed.observe(document.documentElement, { attributeFilter: ["data-theme", "data-tense"] });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    void document.fonts.ready.then(redraw);
    return () => {
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener("change", redraw);
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what it draws.
  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [shown, range, shape]);

  useEffect(() => {
    const made = plot.current;
    const x = place === undefined ? undefined : made?.data[0][place];
    if (made !== undefined && made.cursor.idx !== (place ?? null)) {
      made.setCursor({ left: x === undefined ? -10 : made.valToPos(x, "x"), top: -10 }, false);
    }
  }, [place]);

  return <div ref={box} className="plot" aria-hidden="true" />;
}

type Latest = Omit<Props, "place">;

/** Where each piece is in the middle; of each line its means, its least and its greatest. */
function dataOf({ shown }: Pick<Latest, "shown">): UPlot.AlignedData {
  const x = shown.at.map((at) => (at + shown.stepMs / 2) / 1000);
  const columns = shown.points.flatMap((points) =>
    (["mean", "min", "max"] as const).map((key) =>
      points.map((point) => (point == null ? point : point[key])),
    ),
  );
  return [x, ...columns] as UPlot.AlignedData;
}

function optionsOf(element: HTMLElement, latest: { current: Latest }): UPlot.Options {
  const { lines } = latest.current;
  const style = getComputedStyle(element);
  const colourOf = (line: number, of: "color" | "outlineColor") => () => {
    const swatch = latest.current.swatches[line];
    return swatch == null ? style.color : getComputedStyle(swatch)[of];
  };
  const ink = () => getComputedStyle(element).color;
  const hair = () => getComputedStyle(element).borderTopColor;
  const font = `11px ${style.fontFamily}`;
  const isCpu = lines[0]?.series.metric === "host.cpu";
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: {
        size: 7,
        width: 0,
        // The edges of a band have none.
        fill: (_, series) => ((series - 1) % 3 === 0 ? colourOf((series - 1) / 3, "color")() : "transparent"),
      },
      sync: { key: SYNC, setSeries: false },
    },
    scales: {
      x: { range: () => [latest.current.shown.since / 1000, latest.current.shown.until / 1000] },
      y: { range: (_, __, most) => [0, isCpu ? 1 : most > 0 ? most * 1.05 : 1] },
    },
    axes: [
      {
        stroke: ink,
        font,
        size: 28,
        space: 72,
        grid: { show: false },
        ticks: { stroke: hair, width: 1, size: 4 },
        values: (_, places) => places.map((x) => tick(x * 1000, latest.current.range)),
      },
      {
        stroke: ink,
        font,
        size: 64,
        space: 40,
        grid: { stroke: hair, width: 1 },
        ticks: { show: false },
        values: (_, places) => {
          const [line] = latest.current.lines;
          return places.map((value) => (line === undefined ? "" : valued(line.series, value)));
        },
      },
    ],
    series: [{}, ...lines.flatMap((line, index) => seriesOf(line, colourOf(index, "color"), index))],
    bands: lines.flatMap(({ isLimit }, index) =>
      isLimit
        ? []
        : [
            {
              series: [index * 3 + 3, index * 3 + 2] as [number, number],
              fill: colourOf(index, "outlineColor"),
            },
          ],
    ),
    hooks: {
      setCursor: [(plot) => latest.current.onPlace(plot.cursor.idx ?? undefined)],
    },
  };
}

/** A line, and its least and greatest, between which its band lies. Where there is a gap nothing is drawn. */
function seriesOf({ isLimit }: Line, stroke: () => string, index: number): UPlot.Series[] {
  const edge: UPlot.Series = { stroke: "transparent", width: 0, points: { show: false }, spanGaps: false };
  return [
    {
      stroke,
      width: isLimit ? 1 : 1.5,
      ...(isLimit ? { dash: [2, 4] } : index === 0 ? {} : { dash: [6, 3] }),
      spanGaps: false,
      points: {
        show: false,
        size: 4,
        fill: stroke,
        filter: (plot, series) => alone(plot.data[series] as Drawn[]),
      },
    },
    edge,
    edge,
  ];
}
