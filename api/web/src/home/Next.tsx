import { Link } from "@tanstack/react-router";

import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { useTense } from "../client/tense";
import { marginTime, moment, number } from "../parts/format";
import { Glyph } from "../parts/Icon";
import { Meter } from "../parts/Rate";
import { Event, Spine } from "../parts/Spine";
import { scheduleName } from "../parts/schedule-name";
import { ThingLink } from "../parts/ThingLink";
import { rooms } from "../rooms";

const Coming = graphql(`
  query Coming($minPosition: Position, $asOf: AsOfInput) {
    schedules(first: 100, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        name
        isPaused
        nextRunAt
        everySeconds
        command {
          name
        }
      }
    }
    playlists(first: 200, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        title
        url
      }
    }
  }
`);

const Budgets = graphql(`
  query Budgets($asOf: AsOfInput) {
    sites(asOf: $asOf) {
      name
      pace {
        budget {
          perHour
        }
        lastHourCount
        backlogCount
        backlogBegunBy
      }
    }
  }
`);

const SHOWN_MAX = 6;

/** What comes next, and what there is room for. */
export function Next() {
  const { isPast } = useTense();
  const { data } = useLive(Coming, {}, ["schedule", "playlist"]);
  const coming = (data?.schedules.nodes ?? [])
    .filter((schedule) => !schedule.isPaused && schedule.nextRunAt !== null)
    .sort((one, other) => Date.parse(one.nextRunAt ?? "") - Date.parse(other.nextRunAt ?? ""))
    .slice(0, SHOWN_MAX);
  const lists = data?.playlists.nodes ?? [];
  const room = rooms.find(({ path }) => path === "/schedules");
  return (
    <aside aria-label="What comes next" className="next">
      <div className="hd">
        <h2>Next</h2>
        {room !== undefined && (
          <Link className="end s link q" to={room.path}>
            Schedules
          </Link>
        )}
      </div>
      {data === undefined ? null : coming.length === 0 ? (
        <p className="s q">
          Nothing is planned. A list that is followed with a time of its own shows up here.
        </p>
      ) : (
        <Spine margin="next">
          {coming.map((schedule, index) => (
            <Event
              key={schedule.id}
              tense="next"
              first={index === 0}
              last={index === coming.length - 1}
              time={marginTime(schedule.nextRunAt ?? "")}
              dateTime={schedule.nextRunAt ?? undefined}
              node={<Glyph name="next" />}
            >
              <p className="b">
                <ThingLink id={schedule.id} className="plain">
                  {scheduleName(schedule.name, lists)}
                </ThingLink>
              </p>
              {scheduleName(schedule.name, lists) === schedule.name && (
                <p className="s qq">{commandWords(schedule.command.name)}</p>
              )}
            </Event>
          ))}
        </Spine>
      )}
      {!isPast && <Pace />}
    </aside>
  );
}

/** How often sites were asked within the hour, where that has a limit. */
function Pace() {
  const { data } = useLive(Budgets, {}, ["setting", "job"]);
  const limited = (data?.sites ?? []).flatMap(({ name, pace }) => {
    const perHour = pace?.budget.perHour;
    return pace == null || perHour == null ? [] : [{ name, pace, perHour }];
  });
  return limited.slice(0, 3).map(({ name, pace, perHour }) => (
    <div key={name} className="room">
      <div className="hd">
        <h2>{name}, this hour</h2>
        <span className="s end">
          {number(pace.lastHourCount)} of {number(perHour)}
        </span>
      </div>
      <Meter ours of={pace.lastHourCount / perHour} label={`Runs at ${name} within the hour`} />
      {pace.backlogCount > 0 && (
        <p className="s qq">
          {number(pace.backlogCount)} wait for it
          {pace.backlogBegunBy !== null && <>; the last begins about {moment(pace.backlogBegunBy)}</>}.
        </p>
      )}
    </div>
  ));
}

/** What a command does, in words. */
function commandWords(name: string): string {
  const words: Record<string, string> = {
    "playlist.refresh": "refreshes a list",
    "download.start": "downloads",
    "file.verify": "reads files again",
  };
  return words[name] ?? name.replace(".", ", ");
}
