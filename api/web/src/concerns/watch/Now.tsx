import { Link } from "@tanstack/react-router";

import { useLive } from "../../client/live";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { saysOf, stateOf, WatchesOf } from "./watch";

/** A watched folder, in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(WatchesOf, {}, ["watch", "root"]);
  if (isLoading) {
    return <Loading />;
  }
  if (data === undefined) {
    return problem === undefined ? <Loading /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const watch = data.watches.find((one) => one.id === id);
  if (watch === undefined) {
    return <p className="q">Nothing is taken from it any more.</p>;
  }
  const [is, word] = stateOf(watch);
  return (
    <dl className="facts">
      <dt>State</dt>
      <dd>
        <State is={is}>{word}</State>
        {watch.stopped !== null && <span className="s q block">{watch.stopped}</span>}
      </dd>
      <dt>Files</dt>
      <dd>{saysOf(watch)}</dd>
      <dt>Changed in</dt>
      <dd>
        <Link to="/settings" search={{ part: "watches" }} className="link">
          Settings, Watched folders
        </Link>
      </dd>
    </dl>
  );
}
