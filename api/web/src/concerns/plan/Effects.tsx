import { number, size } from "../../parts/format";
import type { PlanShown } from "./Plan";

/** What a plan comes to, in four numbers. */
export function Effects({ plan }: { plan: PlanShown }) {
  const [bytes, unit] = size(plan.sizeBytes).split(" ");
  const isBack = plan.goal === "RESTORE_FILES";
  const isDone = plan.state !== "READY";
  return (
    <div className="effects">
      <div>
        <p className="big">{number(plan.fileCount)}</p>
        <p>{isBack ? "out of the trash" : "into the trash"}</p>
      </div>
      <div>
        <p className="big">
          {bytes}
          <span className="unit"> {unit}</span>
        </p>
        <p>{isBack ? "come back" : "wait there to be destroyed"}</p>
      </div>
      <div>
        <p className="big">{number(plan.sparedCount)}</p>
        <p>named, and stay</p>
      </div>
      <div>
        <p className="big">{number(isDone ? plan.leftCount : 0)}</p>
        <p>{isDone ? "could not be moved" : "are destroyed by this"}</p>
      </div>
    </div>
  );
}
