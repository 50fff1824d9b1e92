import { lazy, Suspense, useState } from "react";

import { useMay } from "../../client/act";
import { Button } from "../../parts/Button";
import { Loading } from "../../parts/states";
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

const RulesForm = lazy(() => import("./RulesForm").then((module) => ({ default: module.RulesForm })));

/** By which rules a list is kept. */
export function Rules({ list }: { list: ListShown }) {
  const may = useMay("follow");
  const [isOpen, setOpen] = useState(false);
  if (isOpen && may.isShown) {
    return (
      <Suspense fallback={<Loading rows={3} />}>
        <RulesForm list={list} onDone={() => setOpen(false)} />
      </Suspense>
    );
  }
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
        <dt>Files</dt>
        <dd>{list.layout === null ? "named as for the library" : <LayoutWords layout={list.layout} />}</dd>
        <dt>Made of each</dt>
        <dd>
          {list.transcodeProfile === null ? (
            "nothing"
          ) : (
            <>
              one beside it, as <span className="proof">{list.transcodeProfile}</span>
            </>
          )}
        </dd>
        <dt>Address</dt>
        <dd className="proof">{list.url === "" ? "none: it is what was kept without a list" : list.url}</dd>
      </dl>
      {may.isShown && list.followed && list.url !== "" && (
        <p className="acts">
          <Button small off={may.off} onClick={() => setOpen(true)}>
            Change how it is followed
          </Button>
        </p>
      )}
    </section>
  );
}

function LayoutWords({ layout: { template, sidecars } }: { layout: NonNullable<ListShown["layout"]> }) {
  return (
    <>
      <span className="proof">{template}</span>
      {sidecars.length > 0 && ` with ${sidecars.map((kind) => kind.toLowerCase()).join(", ")} beside them`}
    </>
  );
}
