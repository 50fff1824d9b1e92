import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { Field } from "../../parts/Field";
import { moment, number, size } from "../../parts/format";
import { Empty, Failed, Loading, Refused } from "../../parts/states";

const QuotasOf = graphql(`
  query QuotasOf($asOf: AsOfInput) {
    quotas(asOf: $asOf) {
      of
      atOnce
      jobsPerDay
      bytesPerDay
      used { atWorkCount begunCount keptBytes until }
    }
  }
`);
/** Whoever may set quotas need not be one who knows everybody: without an answer the ids are shown. */
const WhoseOf = graphql(`
  query WhoseOf($asOf: AsOfInput) {
    projects(asOf: $asOf) { id name }
    users(asOf: $asOf) { id name }
  }
`);
const SetQuota = graphql(`
  mutation SetQuota($of: ID!, $atOnce: Int, $jobsPerDay: Int, $bytesPerDay: Long) {
    quotaSet(input: { of: $of, atOnce: $atOnce, jobsPerDay: $jobsPerDay, bytesPerDay: $bytesPerDay }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Quota = ResultOf<typeof QuotasOf>["quotas"][number];

interface Named {
  id: string;
  name: string;
}

const GB = 1_000_000_000;

/** How much of whose work there may be. */
export function Quotas() {
  const { data, problem, refetch } = useLive(QuotasOf, {}, ["setting", "job"]);
  const { data: whose } = useLive(WhoseOf, {}, ["project", "account", "user"]);
  const may = useMay("configure");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const named: readonly Named[] = [
    ...(whose?.projects?.map(({ id, name }) => ({ id, name: `Project ${name}` })) ?? []),
    ...(whose?.users ?? []),
  ];
  const free = named.filter(({ id }) => !data.quotas.some(({ of }) => of === id));
  return (
    <>
      {may.isShown && free.length > 0 && <QuotaForm off={may.off} among={free} />}
      {data.quotas.length === 0 ? (
        <Empty title="Nobody’s work is limited.">
          What a quota holds back waits, and goes on by itself: the next day, or once less is at work.
        </Empty>
      ) : (
        <ul className="rows" aria-label="Quotas">
          {data.quotas.map((quota) => (
            <QuotaRow
              key={quota.of}
              quota={quota}
              name={named.find(({ id }) => id === quota.of)?.name ?? quota.of}
            />
          ))}
        </ul>
      )}
    </>
  );
}

function QuotaRow({ quota, name }: { quota: Quota; name: string }) {
  const { of, atOnce, jobsPerDay, bytesPerDay, used } = quota;
  const may = useMay("configure");
  const end = useAct(SetQuota);
  const [isOpen, setOpen] = useState(false);
  // What is used up stands before the limit, where it is known.
  const share = (limit: number | null, have: number | undefined, words: (value: number) => string) =>
    limit !== null && `${have === undefined ? "" : `${words(have)} of `}${words(limit)}`;
  const says = [
    atOnce !== null && `${share(atOnce, used?.atWorkCount, number)} jobs at once`,
    jobsPerDay !== null && `${share(jobsPerDay, used?.begunCount, number)} jobs begun today`,
    bytesPerDay !== null && `${share(bytesPerDay, used?.keptBytes, size)} kept today`,
  ].filter(Boolean);
  const isUp =
    used !== null &&
    ((jobsPerDay !== null && used.begunCount >= jobsPerDay) ||
      (bytesPerDay !== null && used.keptBytes >= bytesPerDay));
  return (
    <li className="opens">
      <div className="grow">
        <b>{name}</b>
        <p className="s q text">
          {says.join(", ")}.
          {isUp && used !== null && ` Used up; all of it is there again ${moment(used.until)}.`}
        </p>
        <Refused problem={end.problem} />
      </div>
      {may.isShown && (
        <span className="row-acts">
          <Button
            small
            look="bare"
            aria-expanded={isOpen}
            aria-label={`Change the quota of ${name}`}
            onClick={() => setOpen(!isOpen)}
          >
            Change
          </Button>
          <Confirm
            word="Lift"
            label={`Lift the quota of ${name}`}
            says={`Limit ${name} no more`}
            off={may.off}
            running={end.isRunning && "Lifting…"}
            onYes={() => void end.run({ of, atOnce: null, jobsPerDay: null, bytesPerDay: null })}
          />
        </span>
      )}
      {isOpen && may.isShown && (
        <div className="row-open plain-form">
          <QuotaForm off={may.off} of={quota} among={[{ id: of, name }]} onDone={() => setOpen(false)} />
        </div>
      )}
    </li>
  );
}

interface FormProps {
  off: string | undefined;
  /** The quota that is changed; a new one if it is left out. */
  of?: Quota;
  /** Whose it may be. */
  among: readonly Named[];
  onDone?: () => void;
}

function QuotaForm({ off, of, among, onDone }: FormProps) {
  const set = useAct(SetQuota);
  const [whose, setWhose] = useState("");
  const [atOnce, setAtOnce] = useState(of?.atOnce == null ? "" : String(of.atOnce));
  const [jobs, setJobs] = useState(of?.jobsPerDay == null ? "" : String(of.jobsPerDay));
  const [gigabytes, setGigabytes] = useState(of?.bytesPerDay == null ? "" : String(of.bytesPerDay / GB));
  const chosen = among.find(({ id }) => id === whose) ?? among[0];
  const isEmpty = atOnce === "" && jobs === "" && gigabytes === "";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen === undefined) {
      return;
    }
    const numberOr = (text: string) => (text === "" ? null : Number(text));
    const done = await set.run({
      of: chosen.id,
      atOnce: numberOr(atOnce),
      jobsPerDay: numberOr(jobs),
      bytesPerDay: gigabytes === "" ? null : Math.round(Number(gigabytes) * GB),
    });
    if (done !== null) {
      onDone?.();
      if (of === undefined) {
        setAtOnce("");
        setJobs("");
        setGigabytes("");
      }
    }
  }

  return (
    <form className="fields" onSubmit={submit} aria-label={of === undefined ? "A new quota" : chosen?.name}>
      {of === undefined && (
        <Field label="Whose work">
          {(control) => (
            <select {...control} value={chosen?.id} onChange={(event) => setWhose(event.currentTarget.value)}>
              {among.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label="Jobs at once">
        {(control) => (
          <input
            {...control}
            type="number"
            min={1}
            placeholder="not limited"
            value={atOnce}
            onChange={(event) => setAtOnce(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Jobs a day" hint="A day is one of UTC.">
        {(control) => (
          <input
            {...control}
            type="number"
            min={1}
            placeholder="not limited"
            value={jobs}
            onChange={(event) => setJobs(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="GB kept a day" hint="What is at work once they are reached is kept, too.">
        {(control) => (
          <input
            {...control}
            type="number"
            min={0.001}
            step="any"
            placeholder="not limited"
            value={gigabytes}
            onChange={(event) => setGigabytes(event.currentTarget.value)}
          />
        )}
      </Field>
      <div className="acts">
        <Button
          type="submit"
          look={of === undefined ? "main" : undefined}
          off={off ?? (isEmpty ? "Say at least one number." : undefined)}
          running={set.isRunning && "Keeping…"}
        >
          {of === undefined ? "Limit this work" : "Keep this"}
        </Button>
        {onDone !== undefined && (
          <Button look="bare" onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </div>
      <Refused problem={set.problem} />
    </form>
  );
}
