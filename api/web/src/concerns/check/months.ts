// The months that a report can be of.

/** How many there are to choose from. */
const MONTHS = 13;

/** A month as the API has it (`2026-11`), and as people call it. */
export interface Month {
  value: string;
  name: string;
}

/** This month and those before it, the newest first, by the clock of whoever looks. */
export function months(now: Date): readonly Month[] {
  const words = new Intl.DateTimeFormat("en", { month: "long", year: "numeric" });
  return Array.from({ length: MONTHS }, (_, back) => {
    // Its first day, since no other is in every month.
    const first = new Date(now.getFullYear(), now.getMonth() - back, 1);
    const number = String(first.getMonth() + 1).padStart(2, "0");
    return { value: `${first.getFullYear()}-${number}`, name: words.format(first) };
  });
}
