import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { moment, number } from "../../parts/format";
import { Empty, Failed, Loading, Refused } from "../../parts/states";

const SitesOf = graphql(`
  query SitesOf($asOf: AsOfInput) {
    sites(asOf: $asOf) {
      name
      budget { perHour perDay pauseMs }
      cookieMode
      hold { message until }
      pace { budget { perHour perDay } lastHourCount lastDayCount nextAt backlogCount backlogBegunBy }
    }
  }
`);
const SetSite = graphql(`
  mutation SetSite($name: String!, $budget: RequestBudgetInput!) {
    siteSet(input: { name: $name, budget: $budget }) { position userErrors { code message advice retryable } }
  }
`);
const ClearSite = graphql(`
  mutation ClearSite($name: String!) {
    siteClear(input: { name: $name }) { position userErrors { code message advice retryable } }
  }
`);

type Site = ResultOf<typeof SitesOf>["sites"][number];

/** How often sites are asked. */
export function Sites() {
  const { data, problem, refetch } = useLive(SitesOf, {}, ["setting", "job", "lane"]);
  const may = useMay("configure");
  const set = useAct(SetSite);
  const [name, setName] = useState("");
  const [perHour, setPerHour] = useState("");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    const budget = perHour === "" ? {} : { perHour: Number(perHour) };
    if ((await set.run({ name: name.trim(), budget })) !== null) {
      setName("");
      setPerHour("");
    }
  }

  return (
    <>
      {may.isShown && (
        <form className="line-form" onSubmit={submit}>
          <input
            aria-label="Site"
            placeholder="www.example.org"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <input
            type="number"
            min={1}
            aria-label="Runs an hour"
            placeholder="runs an hour"
            value={perHour}
            onChange={(event) => setPerHour(event.currentTarget.value)}
          />
          <Button type="submit" look="main" off={may.off} running={set.isRunning && "Keeping…"}>
            Ask it no more often
          </Button>
          <Refused problem={set.problem} />
        </form>
      )}
      {data.sites.length === 0 ? (
        <Empty title="No site has settings of its own." />
      ) : (
        <ul className="rows">
          {data.sites.map((site) => (
            <SiteRow key={site.name} site={site} />
          ))}
        </ul>
      )}
    </>
  );
}

function SiteRow({ site: { name, budget, cookieMode, hold, pace } }: { site: Site }) {
  const may = useMay("configure");
  const clear = useAct(ClearSite);
  const own = budget !== null || cookieMode !== "OFF";
  const limits = [
    pace?.budget.perHour != null &&
      `${number(pace.lastHourCount)} of ${number(pace.budget.perHour)} runs this hour`,
    pace?.budget.perDay != null && `${number(pace.lastDayCount)} of ${number(pace.budget.perDay)} this day`,
    cookieMode === "ALWAYS" && "asked with cookies",
    cookieMode === "WHEN_NEEDED" && "asked with cookies when it refuses without",
  ].filter(Boolean);
  return (
    <li>
      <div className="grow">
        <b>{name}</b>
        <p className="s q">
          {limits.length === 0 ? "Asked as often as there is something to do." : `${limits.join(", ")}.`}
          {hold !== null && ` ${sentence(hold.message)}`}
          {pace !== null &&
            pace.backlogCount > 0 &&
            ` ${number(pace.backlogCount)} wait${pace.backlogBegunBy === null ? "" : `; the last begins about ${moment(pace.backlogBegunBy)}`}.`}
        </p>
        <Refused problem={clear.problem} />
      </div>
      {may.isShown && own && (
        <Button small look="bare" off={may.off} onClick={() => void clear.run({ name })}>
          As any other
        </Button>
      )}
    </li>
  );
}
