// What the numbers of a look have to be, as lines that people type: "latency <= 0.5".

export interface Threshold {
  value: string;
  min: number | null;
  max: number | null;
}

const LINE = /^(.+?)\s*(<=|>=|≤|≥|<|>|=)\s*(-?\d+(?:[.,]\d+)?)$/;

/** A line for each bound. */
export function linesOf(thresholds: readonly Threshold[]): string {
  const lines = thresholds.flatMap(({ value, min, max }) => [
    ...(min === null ? [] : [`${value} >= ${min}`]),
    ...(max === null ? [] : [`${value} <= ${max}`]),
  ]);
  return lines.join("\n");
}

/** Thresholds of such lines, those of one number as one. What is none asks nothing of a number of that name, which the server refuses. */
export function thresholdsOf(lines: string): Threshold[] {
  const found = new Map<string, Threshold>();
  for (const line of lines.split("\n").map((one) => one.trim())) {
    if (line === "") {
      continue;
    }
    const [, value = line, sign = "", number = ""] = LINE.exec(line) ?? [];
    const of = found.get(value) ?? { value, min: null, max: null };
    const bound = number === "" ? null : Number(number.replace(",", "."));
    found.set(value, {
      value,
      min: /[>≥=]/.test(sign) && !/[<≤]/.test(sign) ? bound : of.min,
      max: /[<≤=]/.test(sign) && !/[>≥]/.test(sign) ? bound : of.max,
    });
  }
  return [...found.values()];
}

/** "latency at most 0.5". */
export function thresholdWords({ value, min, max }: Threshold): string {
  if (min !== null && max !== null) {
    return min === max ? `${value} is ${min}` : `${value} from ${min} to ${max}`;
  }
  return min === null ? `${value} at most ${max}` : `${value} at least ${min}`;
}
