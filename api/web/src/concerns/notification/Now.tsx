import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { moment } from "../../parts/format";
import { Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { Body, Severity } from "./Said";
import { DismissNotices } from "./use-notices";
import { ruleWords } from "./words";
import "./notices.css";

const NoticeOf = graphql(`
  query NoticeOf($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    notification(id: $id, minPosition: $minPosition, asOf: $asOf) {
      id severity title body rule subjectId causeId raisedAt resolvedAt isDismissed
    }
  }
`);

/** A notice in its drawer: what was said, of what, by which rule, and whether it is over. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(NoticeOf, { id }, ["notification"]);
  const may = useMay("notice");
  const dismiss = useAct(DismissNotices);
  const notice = data?.notification;
  if (isLoading) {
    return <Loading />;
  }
  if (notice == null) {
    return problem === undefined ? (
      <p className="q">Nothing was said of it by then.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  return (
    <div className="stack">
      <p>
        <Severity is={notice.severity} />
      </p>
      <p className="b">{notice.title}</p>
      {notice.body !== null && <Body text={notice.body} />}
      <p className="s q">
        Said {moment(notice.raisedAt)}
        {notice.resolvedAt !== null && `, over since ${moment(notice.resolvedAt)}`}, by the rule “
        {ruleWords(notice.rule)}”.
      </p>
      <p className="acts">
        <ThingLink id={notice.subjectId} className="btn small">
          Open what it is about
        </ThingLink>
        <ThingLink id={notice.causeId} tab="why" className="btn small bare">
          Why
        </ThingLink>
        {may.isShown && !notice.isDismissed && (
          <Button
            small
            look="bare"
            off={may.off}
            running={dismiss.isRunning && "Dismissing…"}
            onClick={() => void dismiss.run({ ids: [id] })}
          >
            Dismiss
          </Button>
        )}
      </p>
      <Refused problem={dismiss.problem} />
    </div>
  );
}
