import { type FormEvent, useId, useState } from "react";

import { useAct } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";

const Followed = graphql(`
  query FollowedForSchedule {
    playlists(first: 200) { nodes { id title url followed } }
  }
`);
const Add = graphql(`
  mutation AddSchedule($name: String!, $timing: ScheduleTiming!, $playlist: JSON!) {
    scheduleAdd(
      input: { name: $name, timing: $timing, command: { name: "playlist.refresh", arguments: $playlist } }
    ) { position userErrors { code message advice retryable } }
  }
`);

const TIMES = [
  ["hour", "Every hour"],
  ["day", "Every day"],
  ["week", "Every week"],
  ["cron", "By a cron expression"],
] as const;
const SECONDS = { hour: 3_600, day: 86_400, week: 604_800 };

/** Has a list that is followed read again and again. */
export function AddSchedule({ off }: { off: string | undefined }) {
  const { data } = useLive(Followed, {}, ["playlist"]);
  const lists = (data?.playlists.nodes ?? []).filter(({ followed }) => followed);
  const add = useAct(Add);
  const field = useId();
  const [list, setList] = useState("");
  const [when, setWhen] = useState<(typeof TIMES)[number][0]>("day");
  const [at, setAt] = useState("03:00");
  const [cron, setCron] = useState("0 3 * * *");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const chosen = lists.find(({ id }) => id === list) ?? lists[0];
  if (chosen === undefined) {
    return null;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen === undefined) {
      return;
    }
    const [hour = "3", minute = "0"] = at.split(":");
    const expression = when === "cron" ? cron : `${Number(minute)} ${Number(hour)} * * *`;
    const timing =
      when === "hour" || when === "week" ? { everySeconds: SECONDS[when] } : { cron: { expression, zone } };
    await add.run({
      name: `refresh ${chosen.title ?? chosen.url}`.slice(0, 60),
      timing,
      playlist: { playlist_id: chosen.id },
    });
  }

  return (
    <form className="line-form" onSubmit={submit}>
      <label htmlFor={`${field}-list`}>Read</label>
      <select id={`${field}-list`} value={chosen.id} onChange={(event) => setList(event.currentTarget.value)}>
        {lists.map(({ id, title, url }) => (
          <option key={id} value={id}>
            {title ?? url}
          </option>
        ))}
      </select>
      <select
        aria-label="How often"
        value={when}
        onChange={(event) => setWhen(event.currentTarget.value as typeof when)}
      >
        {TIMES.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
      {when === "day" && (
        <input
          type="time"
          aria-label="At"
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      )}
      {when === "cron" && (
        <input
          aria-label="Cron expression"
          className="proof"
          value={cron}
          onChange={(event) => setCron(event.currentTarget.value)}
        />
      )}
      <Button type="submit" look="main" icon="plus" off={off} running={add.isRunning && "Adding…"}>
        Add
      </Button>
      <Refused problem={add.problem} />
    </form>
  );
}
