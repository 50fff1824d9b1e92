import { number, size } from "../../parts/format";
import type { PlanShown } from "./Plan";

const INTO_TRASH = ["into the trash", "wait there to be destroyed"] as const;
const WORDS = {
  DELETE_FILES: INTO_TRASH,
  UNFOLLOW: INTO_TRASH,
  RESTORE_FILES: ["out of the trash", "come back"],
  RENAME_FILES: ["get new names", "stay where they are"],
  REPLACE_FILES: ["are replaced", "go into the trash"],
} as const;

/** What a plan comes to, in four numbers. */
export function Effects({ plan }: { plan: PlanShown }) {
  const [bytes, unit] = size(plan.sizeBytes).split(" ");
  const [files, bytesOf] = WORDS[plan.goal];
  const isDone = plan.state !== "READY";
  return (
    <div className="effects">
      <div>
        <p className="big">{number(plan.fileCount)}</p>
        <p>{files}</p>
      </div>
      <div>
        <p className="big">
          {bytes}
          <span className="unit"> {unit}</span>
        </p>
        <p>{bytesOf}</p>
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
