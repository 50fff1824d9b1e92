/** The numbers that Telegram gives people, as somebody types them: between commas, spaces or lines, each once. None if one is no number. */
export function peopleOf(text: string): number[] | undefined {
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  const people = [...new Set(words.map(Number))];
  return people.length > 0 && people.every((one) => Number.isSafeInteger(one) && one > 0)
    ? people
    : undefined;
}
