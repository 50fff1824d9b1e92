import { useAct, useMay } from "../../client/act";
import { IconButton } from "../../parts/Button";
import { ago } from "../../parts/format";
import { Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { Body, Severity } from "./Said";
import { DismissNotices, type Notice, ReadNotices } from "./use-notices";

/** A notice: leads to its thing, says why, is dismissed; by keyboard too, with Delete. */
export function NoticeRow({ notice }: { notice: Notice }) {
  const { id, subjectId, causeId, severity, title, body, raisedAt, resolvedAt, isRead, isDismissed } = notice;
  const may = useMay("notice");
  const dismiss = useAct(DismissNotices);
  const read = useAct(ReadNotices);

  function seen() {
    if (may.isShown && may.off === undefined && !isRead) {
      void read.run({ ids: [id] });
    }
  }

  return (
    <li
      className={isRead || isDismissed ? "notice" : "notice new"}
      onKeyDown={(event) => {
        if (event.key === "Delete" && may.isShown && may.off === undefined && !isDismissed) {
          event.preventDefault();
          focusNext(event.currentTarget);
          void dismiss.run({ ids: [id] });
        }
      }}
    >
      <div className="grow">
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the link in it is what is pressed; who opens it has read it. */}
        <span onClick={seen}>
          <ThingLink id={subjectId} className="row notice-title">
            {title}
            {!isRead && !isDismissed && <span className="sr"> (new)</span>}
          </ThingLink>
        </span>
        {body !== null && <Body text={body} />}
        <p className="s notice-facts">
          <Severity is={severity} />
          <span className="q">
            {ago(raisedAt)}
            {resolvedAt !== null && `, over ${ago(resolvedAt)}`}
            {isDismissed && ", dismissed"}
          </span>
          <ThingLink id={causeId} tab="why">
            Why
          </ThingLink>
        </p>
        <Refused problem={dismiss.problem ?? read.problem} />
      </div>
      {may.isShown && !isDismissed && (
        <IconButton
          icon="x"
          label={`Dismiss: ${title}`}
          aria-disabled={may.off !== undefined || dismiss.isRunning || undefined}
          onClick={(event) => {
            if (may.off === undefined && !dismiss.isRunning) {
              focusNext(event.currentTarget.closest("li"));
              void dismiss.run({ ids: [id] });
            }
          }}
        />
      )}
    </li>
  );
}

/** The row goes; whoever uses the keyboard goes on at the one after it, or before it. */
function focusNext(row: HTMLElement | null): void {
  const rows = [...document.querySelectorAll<HTMLElement>("li.notice")];
  const at = row === null ? -1 : rows.indexOf(row);
  (rows[at + 1] ?? rows[at - 1])?.querySelector<HTMLElement>("a.row")?.focus({ preventScroll: true });
}
