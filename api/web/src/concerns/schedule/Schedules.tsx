import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { Button, IconButton } from "../../parts/Button";
import { moment } from "../../parts/format";
import { Menu, MenuItem } from "../../parts/Menu";
import { State } from "../../parts/State";
import { scheduleName } from "../../parts/schedule-name";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { ToAddress } from "../../parts/ToAddress";
import { AddSchedule } from "./Add";
import { rhythmWords } from "./rhythm";
import "../../styles/forms.css";
import "./schedules.css";

const SchedulesOf = graphql(`
  query SchedulesOf($minPosition: Position, $asOf: AsOfInput) {
    schedules(first: 200, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      nodes {
        id
        name
        isPaused
        cron
        zone
        everySeconds
        command { name }
        nextRunAt
        lastRunAt
        missedSince
        lastRefusal { message }
      }
    }
    playlists(first: 200, minPosition: $minPosition, asOf: $asOf) { nodes { id title url } }
  }
`);
const Pause = graphql(`
  mutation PauseSchedule($id: ID!) {
    schedulePause(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const Resume = graphql(`
  mutation ResumeSchedule($id: ID!) {
    scheduleResume(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const Run = graphql(`
  mutation RunSchedule($id: ID!) {
    scheduleRun(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const Remove = graphql(`
  mutation RemoveSchedule($id: ID!) {
    scheduleRemove(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

type Schedule = ResultOf<typeof SchedulesOf>["schedules"]["nodes"][number];

/** What is done again and again: when, what came of it last, and when it comes next. */
export function Schedules() {
  useCrumbs({ name: "Schedules" });
  const { data, problem, refetch } = useLive(SchedulesOf, {}, ["schedule", "playlist"]);
  const may = useMay("schedule");
  const { isPast } = useTense();
  if (problem !== undefined && data === undefined) {
    return (
      <main id="main">
        <h1 className="sr">Schedules</h1>
        <Failed problem={problem} title="The schedules could not be read." onRetry={refetch} />
      </main>
    );
  }
  return (
    <main id="main">
      <h1 className="sr">Schedules</h1>
      {may.isShown && <AddSchedule off={may.off} />}
      {data === undefined ? (
        <Loading label="Reading the schedules" />
      ) : data.schedules.nodes.length === 0 ? (
        <Empty title="Nothing is done again and again." acts={!isPast && <ToAddress />}>
          <p>
            A list that you follow with a time of its own shows up here. Once you follow a list, you say above
            when it is read.
          </p>
        </Empty>
      ) : (
        <section className="lane" aria-label="Schedules">
          <ol>
            {data.schedules.nodes.map((schedule) => (
              <ScheduleRow
                key={schedule.id}
                schedule={schedule}
                name={scheduleName(schedule.name, data.playlists.nodes)}
              />
            ))}
          </ol>
        </section>
      )}
    </main>
  );
}

function ScheduleRow({ schedule, name }: { schedule: Schedule; name: string }) {
  const may = useMay("schedule");
  const pause = useAct(Pause);
  const resume = useAct(Resume);
  const run = useAct(Run);
  const remove = useAct(Remove);
  const { id, isPaused, nextRunAt, lastRunAt, lastRefusal, missedSince } = schedule;
  const said = [
    `${sentence(rhythmWords(schedule))}`,
    lastRunAt === null ? "Not run yet." : `Last run ${moment(lastRunAt)}.`,
    missedSince === null ? "" : `It made up for what was missed since ${moment(missedSince)}.`,
    lastRefusal === null ? "" : `Nothing came of it: ${sentence(lastRefusal.message)}`,
  ];
  return (
    <li className="schedule-row">
      <State is={isPaused ? "held" : lastRefusal === null ? "next" : "late"}>
        {isPaused ? "On hold" : nextRunAt === null ? "To come" : moment(nextRunAt)}
      </State>
      <div className="grow schedule-what">
        <b className="cut">
          <ThingLink id={id} className="plain">
            {name}
          </ThingLink>
        </b>
        <p className="s q">{said.filter(Boolean).join(" ")}</p>
        <Refused problem={pause.problem ?? resume.problem ?? run.problem ?? remove.problem} />
      </div>
      {may.isShown && (
        <>
          <Button
            small
            look="bare"
            off={may.off}
            onClick={() => void (isPaused ? resume : pause).run({ id })}
            aria-label={`${isPaused ? "Go on" : "Pause"}: ${name}`}
          >
            {isPaused ? "Go on" : "Pause"}
          </Button>
          <Menu
            items={
              <>
                <MenuItem onSelect={() => void run.run({ id })}>Run now</MenuItem>
                <MenuItem onSelect={() => void remove.run({ id })}>Remove</MenuItem>
              </>
            }
          >
            <IconButton icon="more" label={`More for ${name}`} />
          </Menu>
        </>
      )}
    </li>
  );
}
