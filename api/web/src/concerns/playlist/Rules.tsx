import { qualityWords } from "./names";
import type { ListShown } from "./use-list";

const COOKIES: Record<ListShown["cookieMode"], string> = {
  OFF: "never sent",
  WHEN_NEEDED: "sent when its site asks for them",
  ALWAYS: "always sent",
};
const KEEPS: Record<ListShown["keep"], string> = {
  NEW: "what is listed from the day it was followed on",
  ALL: "everything in the list, old and new",
  NOTHING: "nothing by itself; entries are kept when somebody asks for them",
};

/** By which rules a list is kept. */
export function Rules({ list }: { list: ListShown }) {
  return (
    <section className="panel">
      <dl className="facts">
        <dt>Kept is</dt>
        <dd>{KEEPS[list.keep]}</dd>
        {list.keepQuality !== null && (
          <>
            <dt>Quality</dt>
            <dd>{qualityWords(list.keepQuality)}</dd>
          </>
        )}
        <dt>Rules</dt>
        <dd>
          {list.keepFilter.length === 0 ? (
            <span className="q">none: no entry is skipped by a rule</span>
          ) : (
            <ul>
              {list.keepFilter.map((rule) => (
                <li key={rule} className="proof">
                  {rule}
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>Cookies</dt>
        <dd>{COOKIES[list.cookieMode]}</dd>
        <dt>Address</dt>
        <dd className="proof">{list.url === "" ? "none: it is what was kept without a list" : list.url}</dd>
      </dl>
    </section>
  );
}
