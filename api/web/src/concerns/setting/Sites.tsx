import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { moment, number, rate } from "../../parts/format";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { type Site, SiteForm } from "./SiteForm";

export const SitesOf = graphql(`
  query SitesOf($asOf: AsOfInput) {
    sites(asOf: $asOf) {
      name
      budget { perHour perDay pauseMs }
      cookieMode
      cookieSecretId
      loginMode
      loginSecretId
      proxySecretId
      jobBytesPerSecond
      hold { message until }
      pace { budget { perHour perDay } lastHourCount lastDayCount nextAt backlogCount backlogBegunBy }
    }
  }
`);
const ClearSite = graphql(`
  mutation ClearSite($name: String!) {
    siteClear(input: { name: $name }) { position userErrors { code message advice retryable } }
  }
`);

/** How sites are asked. */
export function Sites() {
  const { data, problem, refetch } = useLive(SitesOf, {}, ["setting", "job", "lane"]);
  const may = useMay("configure");
  const [name, setName] = useState("");
  const [isNew, setNew] = useState(false);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const wanted = hostOf(name);

  return (
    <>
      {may.isShown && !isNew && (
        <form
          className="line-form"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            setNew(wanted !== "");
          }}
        >
          <input
            aria-label="Site"
            placeholder="www.example.org"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" look="main" off={may.off}>
            Say how it is asked
          </Button>
        </form>
      )}
      {may.isShown && isNew && (
        <SiteForm
          name={wanted}
          site={data.sites.find((site) => site.name === wanted)}
          off={may.off}
          onDone={() => {
            setNew(false);
            setName("");
          }}
        />
      )}
      {data.sites.length === 0 ? (
        !isNew && <Empty title="No site has settings of its own." />
      ) : (
        <ul className="rows" aria-label="Sites">
          {data.sites.map((site) => (
            <SiteRow key={site.name} site={site} />
          ))}
        </ul>
      )}
    </>
  );
}

/** The host of what was typed: a whole address is taken for its host. */
function hostOf(text: string): string {
  const trimmed = text.trim().toLowerCase();
  return URL.canParse(trimmed) ? new URL(trimmed).host || trimmed : trimmed;
}

function SiteRow({ site }: { site: Site }) {
  const { name, budget, cookieMode, loginMode, proxySecretId, jobBytesPerSecond, hold, pace } = site;
  const may = useMay("configure");
  const clear = useAct(ClearSite);
  const [isOpen, setOpen] = useState(false);
  const own =
    budget !== null ||
    cookieMode !== "OFF" ||
    loginMode !== "OFF" ||
    proxySecretId !== null ||
    jobBytesPerSecond !== null;
  const limits = [
    pace?.budget.perHour != null &&
      `${number(pace.lastHourCount)} of ${number(pace.budget.perHour)} runs this hour`,
    pace?.budget.perDay != null && `${number(pace.lastDayCount)} of ${number(pace.budget.perDay)} this day`,
    cookieMode === "ALWAYS" && "asked with cookies",
    cookieMode === "WHEN_NEEDED" && "asked with cookies when it refuses without",
    loginMode === "ALWAYS" && "signed in to",
    loginMode === "WHEN_NEEDED" && "signed in to when it refuses without",
    proxySecretId !== null && "reached by a proxy",
    jobBytesPerSecond !== null && `${rate(jobBytesPerSecond)} for each job`,
  ].filter(Boolean);
  return (
    <li className="opens">
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
      {may.isShown && (
        <span className="row-acts">
          <Button
            small
            look="bare"
            aria-expanded={isOpen}
            aria-label={`Change how ${name} is asked`}
            onClick={() => setOpen(!isOpen)}
          >
            Change
          </Button>
          {own && (
            <Button small look="bare" off={may.off} onClick={() => void clear.run({ name })}>
              As any other
            </Button>
          )}
        </span>
      )}
      {isOpen && may.isShown && (
        <div className="row-open plain-form">
          <SiteForm name={name} site={site} off={may.off} onDone={() => setOpen(false)} />
        </div>
      )}
    </li>
  );
}
