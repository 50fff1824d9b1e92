// Channels in words: how an address is spelt, and when nothing is sent.

/** How addresses are spelt, service by service. With an `s` behind the scheme it is https. */
export const ADDRESSES = [
  ["NTFY", "ntfy", "ntfys://ntfy.sh/my-topic"],
  ["GOTIFY", "Gotify", "gotifys://host/TOKEN"],
  ["DISCORD", "Discord", "the address of the webhook, as Discord shows it"],
  ["SLACK", "Slack", "the address of the webhook, as Slack shows it"],
  ["TELEGRAM", "Telegram", "tgram://BOT-TOKEN/CHAT-ID"],
  ["MATRIX", "Matrix", "matrixs://ACCESS-TOKEN@host/ROOM-ID"],
  ["EMAIL", "Mail", "mailtos://USER:PASSWORD@host?from=ADDRESS&to=ADDRESS"],
  ["WEBHOOK", "A program", "jsons://host/path?secret=KEY"],
] as const;

/** What a service is called. */
export function serviceWord(service: string): string {
  return ADDRESSES.find(([value]) => value === service)?.[1] ?? service;
}

/** A minute of the day as a clock shows it: 1320 is 22:00. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** The minute of the day that a clock shows; none if it is no time. */
export function minuteOf(clock: string): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(clock) ?? [];
  const of = Number(hour) * 60 + Number(minute);
  return Number(hour) < 24 && Number(minute) < 60 ? of : undefined;
}

/** When nothing is sent but what is urgent: "Quiet from 22:00 to 07:00, Europe/Berlin". */
export function quietWords(
  quiet: { fromMinute: number; untilMinute: number; zone: string } | null,
  zone: string,
): string {
  if (quiet === null) {
    return "";
  }
  const elsewhere = quiet.zone === zone ? "" : `, ${quiet.zone}`;
  return `Quiet from ${clockOf(quiet.fromMinute)} to ${clockOf(quiet.untilMinute)}${elsewhere}; what is urgent comes through.`;
}
