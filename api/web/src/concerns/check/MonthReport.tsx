import { useId, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { SaveAsHtml } from "../../drawer/SaveAsHtml";
import { Button } from "../../parts/Button";
import { span } from "../../parts/format";
import { Refused } from "../../parts/states";
import { months } from "./months";
import { share } from "./words";

const CheckReportOf = graphql(`
  mutation CheckReportOf($id: ID!, $month: String!, $zone: String!) {
    checkReport(input: { id: $id, month: $month, zone: $zone }) {
      report { upMinutes downMinutes unwatchedMinutes }
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Report = NonNullable<ResultOf<typeof CheckReportOf>["checkReport"]["report"]>;

/** How a month of it was, written down so that the log proves it, and saved as a file that does. */
export function MonthReport({ id }: { id: string }) {
  const may = useMay("check");
  const act = useAct(CheckReportOf);
  const [all] = useState(() => months(new Date()));
  const [month, setMonth] = useState(all[0]?.value ?? "");
  const [report, setReport] = useState<Report>();
  const field = useId();
  if (!may.isShown) {
    return null;
  }
  async function write() {
    setReport(undefined);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const told = await act.run({ id, month, zone });
    setReport(told?.checkReport.report ?? undefined);
  }
  return (
    <section className="check-report" aria-labelledby="report">
      <div className="hd">
        <h2 id="report">A month as a report</h2>
      </div>
      <p className="s q">
        Each minute is up, down, or not watched. What it says is written into the log, which proves from then
        on that it was said.
      </p>
      <div className="line-form">
        <label htmlFor={field}>Month</label>
        <select id={field} value={month} onChange={(event) => setMonth(event.target.value)}>
          {all.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <Button off={may.off} running={act.isRunning && "Counting…"} onClick={() => void write()}>
          Write it down
        </Button>
      </div>
      <Refused problem={act.problem} />
      <div role="status">{report !== undefined && <p>{told(report)}</p>}</div>
      {report !== undefined && <SaveAsHtml of={{ history: id }} />}
    </section>
  );
}

function told({ upMinutes, downMinutes, unwatchedMinutes }: Report): string {
  const lasts = (minutes: number) => (minutes === 0 ? "0 min" : span(minutes * 60_000));
  const watched = upMinutes + downMinutes;
  const part = watched === 0 ? "" : ` Of what was watched it was up ${share(upMinutes / watched)}.`;
  return `Up for ${lasts(upMinutes)}, down for ${lasts(downMinutes)}, not watched for ${lasts(unwatchedMinutes)}.${part}`;
}
