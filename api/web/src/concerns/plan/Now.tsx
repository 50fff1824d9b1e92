import { moment } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { Effects } from "./Effects";
import { usePlan } from "./Plan";
import { stageOf, verbOf } from "./words";

/** A plan in its drawer. */
export function Now({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = usePlan(id);
  if (isLoading) {
    return <Loading />;
  }
  const plan = data?.plan;
  if (plan == null) {
    return problem === undefined ? (
      <p className="q">It was not made yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  const { is, word, says } = stageOf(plan);
  return (
    <>
      <p className="record answer-line">{verbOf(plan)}.</p>
      <p className="answer-line">
        <State is={is}>{word}</State>
        <span className="s q block">
          {says} Made {moment(plan.madeAt)}.
        </span>
      </p>
      <Effects plan={plan} />
    </>
  );
}
