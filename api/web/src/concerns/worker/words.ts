// What the parts of a worker do, in words.

const PARTS: Record<string, string> = {
  nats: "Tells other programs what happens",
  refresh: "Reads lists",
  download: "Fetches files",
  verify: "Proves kept files again",
  move: "Moves and renames files",
  preview: "Looks what is at an address",
  keeper: "Watches whether kept files are in their places",
  purger: "Destroys what was long enough in the trash",
  meter: "Measures what work takes",
  scheduler: "Starts what is due",
  outbox: "Sends notices",
  bots: "Answers people who ask by a bot",
  dispatcher: "Gives work its turn",
  "download-completed-to-transcode": "Has files made of what lists keep",
  "downloads-requested-to-request": "Turns wishes into downloads",
  "entry-live-status-changed-to-resume": "Goes on when a broadcast is over",
  "events-to-notices": "Writes notices of what happens",
};

/** What a part does; one that this page does not know yet by its own name. */
export function partWords(name: string): string {
  const said = name.replaceAll(/[_-]/g, " ");
  return PARTS[name] ?? said.charAt(0).toUpperCase() + said.slice(1);
}
