import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { number } from "../../parts/format";
import { State } from "../../parts/State";
import { Refused } from "../../parts/states";
import { laneWord } from "../job/words";
import "./holds.css";

const HeldLanes = graphql(`
  query HeldLanes {
    lanes { name paused atWorkCount waitingCount hold { message until } }
  }
`);
const PauseLane = graphql(`
  mutation PauseLane($name: String!) {
    lanePause(input: { name: $name }) { position userErrors { code message advice retryable } }
  }
`);
const ResumeLane = graphql(`
  mutation ResumeLane($name: String!) {
    laneResume(input: { name: $name }) { position userErrors { code message advice retryable } }
  }
`);

type Lane = ResultOf<typeof HeldLanes>["lanes"][number];

/** Hosts, drives and disks of which something holds the work, and what others wait for: each says why, and who may go on. */
export function Holds() {
  const may = useMay("configure");
  const { data } = useLive(HeldLanes, {}, ["lane", "job"], { pause: !may.isShown });
  const pause = useAct(PauseLane);
  const resume = useAct(ResumeLane);
  const lanes = data?.lanes ?? [];
  const held = lanes.filter(({ hold, paused }) => hold !== null || paused);
  const others = lanes.filter(({ hold, paused }) => hold === null && !paused);
  if (!may.isShown || lanes.length === 0) {
    return null;
  }
  const row = (lane: Lane) => (
    <div key={lane.name} className="hold-row">
      <State is={lane.paused || lane.hold !== null ? "held" : "waiting"}>{said(lane)}</State>
      <b className="cut">{laneWord(lane.name)}</b>
      <span className="s q grow">{reason(lane)}</span>
      <Button
        small
        look="bare"
        off={may.off}
        aria-label={`${lane.paused ? "Go on" : "Pause"}: ${laneWord(lane.name)}`}
        onClick={() => void (lane.paused ? resume : pause).run({ name: lane.name })}
      >
        {lane.paused ? "Go on" : "Pause"}
      </Button>
    </div>
  );
  return (
    <section className="holds" aria-label="Hosts and disks">
      {held.map(row)}
      {others.length > 0 && (
        <details>
          <summary className="s q">
            {held.length > 0 ? "Others" : "Hosts and disks"} in use: {number(others.length)}
          </summary>
          {others.map(row)}
        </details>
      )}
      <Refused problem={pause.problem ?? resume.problem} />
    </section>
  );
}

function said({ paused, hold }: Lane): string {
  return paused || hold !== null ? "On hold" : "At work";
}

function reason({ paused, hold, atWorkCount, waitingCount }: Lane): string {
  const counts = `${number(atWorkCount)} at work, ${number(waitingCount)} wait`;
  if (paused) {
    return `You paused it. ${counts}.`;
  }
  return hold === null ? `${counts}.` : `${sentence(hold.message)} ${counts}.`;
}
