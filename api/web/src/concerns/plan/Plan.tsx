import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { moment } from "../../parts/format";
import { State } from "../../parts/State";
import { Strip } from "../../parts/Strip";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { offerUndo, UNDO_MS } from "../../parts/UndoChip";
import { Effects } from "./Effects";
import { Rule } from "./Rule";
import { Touched } from "./Touched";
import { doneOf, isConfirmed, stageOf, TYPED_FROM, verbOf } from "./words";
import "../../parts/library.css";

const PlanOf = graphql(`
  query Plan($id: ID!, $asOf: AsOfInput) {
    plan(id: $id, asOf: $asOf) {
      id
      goal
      playlistId
      state
      fileCount
      sizeBytes
      sparedCount
      endedJobCount
      leftCount
      undoId
      madeAt
      failure {
        message
        advice
      }
    }
  }
`);
const Apply = graphql(`
  mutation PlanApply($id: ID!) {
    planApply(input: { id: $id }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);
const Undo = graphql(`
  mutation PlanUndo($id: ID!) {
    planUndo(input: { id: $id }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

export type PlanShown = NonNullable<ResultOf<typeof PlanOf>["plan"]>;

/** Whether bytes are destroyed by it in the end. */
const DESTROYS = {
  DELETE_FILES: true,
  UNFOLLOW: true,
  RESTORE_FILES: false,
  RENAME_FILES: false,
  REPLACE_FILES: true,
} as const;

/** Asks for a plan. */
export function usePlan(id: string) {
  return useLive(PlanOf, { id }, [id, "plan"]);
}

/** The screen of a plan: the rule, exactly what it does, and the one button that does it. */
export function Plan() {
  const { id = "" } = useParams({ strict: false });
  // Another one begins anew: nothing that was typed, asked or answered of the one before is left.
  return <OfPlan key={id} id={id} />;
}

function OfPlan({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = usePlan(id);
  const plan = data?.plan;
  useCrumbs({ name: "Library", to: "/library" }, { name: plan == null ? "Plan" : verbOf(plan) });
  const undo = useAct(Undo);
  const before = useRef(plan?.state);
  const { run } = undo;
  useEffect(() => {
    if (plan == null) {
      return;
    }
    // Only what was carried out before one's eyes is offered; what was done earlier is taken back here by its button.
    const isJustDone =
      plan.state === "APPLIED" && (before.current === "READY" || before.current === "APPLYING");
    before.current = plan.state;
    if (isJustDone && plan.undoId !== null) {
      const { undoId } = plan;
      offerUndo({
        id: undoId,
        done: doneOf(plan),
        until: Date.now() + UNDO_MS,
        undo: () => run({ id: undoId }),
      });
    }
  }, [plan, run]);

  return (
    <main id="main">
      {isLoading && <Loading />}
      {problem !== undefined && plan == null && <Failed problem={problem} onRetry={refetch} />}
      {data !== undefined && plan === null && problem === undefined && (
        <Empty title="There is no such plan.">It was never made here, or not yet at this moment.</Empty>
      )}
      {plan != null && (
        <>
          <div className="head plan-head">
            <div className="grow">
              <p className="s q list-head">
                <State is={stageOf(plan).is}>{stageOf(plan).word}</State>
                <span className="qq">made {moment(plan.madeAt)}</span>
                <ThingLink id={plan.id} tab="history" className="link q">
                  History
                </ThingLink>
              </p>
              <h1>{verbOf(plan)}</h1>
              <p className="q">{stageOf(plan).says}</p>
            </div>
          </div>
          {plan.failure !== null && (
            <Strip tone="bad" title={plan.failure.message}>
              {plan.failure.advice}
            </Strip>
          )}
          <section className="plan">
            <div className="plan-what">
              <Rule plan={plan} />
              <div>
                <Effects plan={plan} />
                <Touched plan={plan} />
              </div>
            </div>
            <Foot plan={plan} undo={undo} />
          </section>
        </>
      )}
    </main>
  );
}

interface FootProps {
  plan: PlanShown;
  undo: ReturnType<typeof useAct<ResultOf<typeof Undo>, { id: string }>>;
}

function Foot({ plan, undo }: FootProps) {
  const may = useMay("delete");
  const apply = useAct(Apply);
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  if (!may.isShown) {
    return null;
  }
  if (plan.state === "READY" || plan.state === "STOPPED") {
    const isLarge = plan.fileCount >= TYPED_FROM;
    const off =
      may.off ??
      (isConfirmed(plan.fileCount, typed) ? undefined : "Type how many files it is first, exactly.");
    return (
      <div className="confirm">
        <p className="grow q">
          <span className="b">A file that changes before that is left alone.</span> The plan says so
          afterwards, with its reason.
        </p>
        {isLarge && (
          <>
            <label className="q" htmlFor="typed">
              Type how many files it is
            </label>
            <span className="field">
              <input
                id="typed"
                inputMode="numeric"
                autoComplete="off"
                value={typed}
                onChange={({ target }) => setTyped(target.value)}
              />
            </span>
          </>
        )}
        <Refused problem={apply.problem ?? undo.problem} />
        {plan.state === "STOPPED" && plan.undoId !== null ? (
          <TakeBack plan={plan} undo={undo} off={may.off} />
        ) : (
          <Button onClick={() => (history.length > 1 ? history.back() : void navigate({ to: "/library" }))}>
            {DESTROYS[plan.goal] ? "Keep them" : "Leave them"}
          </Button>
        )}
        <Button
          look={DESTROYS[plan.goal] ? "bad" : "main"}
          off={off}
          running={apply.isRunning && "Asking…"}
          onClick={() => void apply.run({ id: plan.id })}
        >
          {plan.state === "STOPPED" ? "Do the rest" : verbOf(plan)}
        </Button>
      </div>
    );
  }
  if (plan.state === "APPLIED" && plan.undoId !== null) {
    return (
      <div className="confirm">
        <p className="grow q">It can be taken back as long as the bytes are there.</p>
        <Refused problem={undo.problem} />
        <TakeBack plan={plan} undo={undo} off={may.off} />
      </div>
    );
  }
  return null;
}

function TakeBack({ plan, undo, off }: FootProps & { off: string | undefined }) {
  return (
    <Button
      icon="undo"
      off={off}
      running={undo.isRunning && "Asking…"}
      onClick={() => plan.undoId !== null && void undo.run({ id: plan.undoId })}
    >
      Take it back
    </Button>
  );
}
