import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { count, number } from "../../parts/format";
import { Glyph } from "../../parts/Icon";
import { ThingLink } from "../../parts/ThingLink";
import { listName } from "../playlist/names";
import type { PlanShown } from "./Plan";

const PlanList = graphql(`
  query PlanList($id: ID!, $asOf: AsOfInput) {
    playlist(id: $id, asOf: $asOf) {
      id
      title
      url
    }
  }
`);

/** By what a plan goes: the rule as a sentence, what stays, and what can be taken back. */
export function Rule({ plan }: { plan: PlanShown }) {
  const isBack = plan.goal === "RESTORE_FILES";
  const isRename = plan.goal === "RENAME_FILES";
  return (
    <aside>
      <h2>The rule</h2>
      <p className="record">
        {plan.playlistId === null || isRename ? <Named plan={plan} /> : <OfList id={plan.playlistId} />}
      </p>
      {plan.endedJobCount > 0 && (
        <>
          <h2 className="next-head">What ends with it</h2>
          <p className="record">
            {count(plan.endedJobCount, "download")} that {plan.endedJobCount === 1 ? "is" : "are"} not done.
            Undo begins none of them anew.
          </p>
        </>
      )}
      <h2 className="next-head">What stays</h2>
      <ul className="stack">
        {plan.sparedCount > 0 && (
          <li className="stays">
            <Glyph name="safe" tone="safe" />
            <span className="q">
              {count(plan.sparedCount, "file")} that {plan.sparedCount === 1 ? "was" : "were"} named; the rows
              say why
            </span>
          </li>
        )}
        <li className="stays">
          <Glyph name="book" tone="run" />
          <span className="q">
            The record of {plan.fileCount === 1 ? "it" : `all ${number(plan.fileCount)}`}: titles, proofs, and
            what happened
          </span>
        </li>
      </ul>
      <h2 className="next-head">If you change your mind</h2>
      <ul className="stack">
        <li className="stays">
          <Glyph name="ok" tone="ok" />
          <span className="q">
            {isBack
              ? "They can be put into the trash again."
              : isRename
                ? "Undo gives them their old names, as long as nothing else has these."
                : `Undo puts ${plan.fileCount === 1 ? "it" : "all of them"} back, as long as the trash has the bytes.`}
          </span>
        </li>
        {!isBack && !isRename && (
          <li className="stays">
            <Glyph name="bad" tone="bad" />
            <span className="q">Once their time in the trash is over, the bytes are destroyed for good.</span>
          </li>
        )}
      </ul>
    </aside>
  );
}

function Named({ plan }: { plan: PlanShown }) {
  const files = count(plan.fileCount, "file");
  if (plan.goal === "RENAME_FILES") {
    return `The ${files} whose names are others by the layout that is set.`;
  }
  if (plan.goal === "REPLACE_FILES") {
    return `The ${files} of which another one was made, and proved.`;
  }
  return plan.goal === "RESTORE_FILES"
    ? `The ${files} that somebody chose in the trash.`
    : `The ${files} that somebody chose, and no other.`;
}

function OfList({ id }: { id: string }) {
  const { data } = useLive(PlanList, { id }, [id]);
  const list = data?.playlist;
  return (
    <>
      What is kept for{" "}
      <ThingLink id={id} href={`/library/lists/${id}`}>
        {list == null ? "the list" : listName(list)}
      </ThingLink>{" "}
      alone. The list is followed no longer.
    </>
  );
}
