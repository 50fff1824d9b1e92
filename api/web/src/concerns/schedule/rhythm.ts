import { span } from "../../parts/format";

interface Rhythm {
  cron: string | null;
  zone: string | null;
  everySeconds: number | null;
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** When it comes, in words: the cron expressions that people write most, and others as they stand. */
export function rhythmWords({ cron, zone, everySeconds }: Rhythm): string {
  if (everySeconds !== null) {
    return `every ${span(everySeconds * 1000)}`;
  }
  if (cron === null) {
    return "";
  }
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const where = zone === null || zone === own ? "" : ` in ${zone}`;
  const [minute = "", hour = "", date = "", month = "", weekday = "", more] = cron.trim().split(/\s+/);
  const isTime = /^\d+$/.test(minute) && /^\d+$/.test(hour);
  const at = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (more === undefined && isTime && date === "*" && month === "*") {
    if (weekday === "*") {
      return `every day at ${at}${where}`;
    }
    const name = DAYS[Number(weekday)];
    if (/^[0-7]$/.test(weekday) && name !== undefined) {
      return `every ${name} at ${at}${where}`;
    }
  }
  if (
    more === undefined &&
    /^\d+$/.test(minute) &&
    [hour, date, month, weekday].every((part) => part === "*")
  ) {
    return `every hour at minute ${Number(minute)}`;
  }
  return `by “${cron}”${where}`;
}
