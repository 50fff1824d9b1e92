/** When cookies or a login are used, in the words of forms. */
export const WHENS = [
  ["OFF", "Never"],
  ["WHEN_NEEDED", "Once it refuses without"],
  ["ALWAYS", "Always"],
] as const;

/** One of these. */
export type When = (typeof WHENS)[number][0];
