/** Words by which jobs are found, as somebody types them: between commas or spaces, each once. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))];
}
