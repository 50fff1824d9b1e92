import { type FormEvent, useState } from "react";

import { useAct } from "../../client/act";
import { graphql, type ResultOf, type VariablesOf } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Refused } from "../../parts/states";
import { type When, WhenField } from "../../parts/WhenField";
import { SecretFields, useSecretChoice } from "../secret/choice";
import type { SitesOf } from "./Sites";

const SetSite = graphql(`
  mutation SetSite(
    $name: String!
    $budget: RequestBudgetInput
    $cookies: CookiesInput
    $login: SiteLoginInput
    $proxy: SiteProxyInput
    $rateLimit: RateLimitInput
  ) {
    siteSet(
      input: { name: $name, budget: $budget, cookies: $cookies, login: $login, proxy: $proxy, rateLimit: $rateLimit }
    ) { position userErrors { code message advice retryable } }
  }
`);

export type Site = ResultOf<typeof SitesOf>["sites"][number];

interface Props {
  /** The name of its host. */
  name: string;
  /** What holds for it now, if something does. */
  site: Site | undefined;
  off: string | undefined;
  onDone(): void;
}

const MB = 1_000_000;
const NUMBERS = [
  ["perHour", "Runs an hour", 1],
  ["perDay", "Runs a day", 1],
  ["pause", "Seconds between two runs", 0.001],
  ["rate", "Megabytes a second of each job", 0.001],
] as const;

/** What holds for a site: how often it is asked, by which way, as whom. What is not changed is not said. */
export function SiteForm({ name, site, off, onDone }: Props) {
  const set = useAct(SetSite);
  const before = numbersOf(site);
  const [numbers, setNumbers] = useState(before);
  const [cookiesWhen, setCookiesWhen] = useState<When>(site?.cookieMode ?? "OFF");
  const [loginWhen, setLoginWhen] = useState<When>(site?.loginMode ?? "OFF");
  const cookies = useSecretChoice("cookies", site?.cookieSecretId ?? null, `cookies of ${name}`);
  const login = useSecretChoice("login", site?.loginSecretId ?? null, `login of ${name}`);
  const proxy = useSecretChoice("proxy", site?.proxySecretId ?? null, `proxy of ${name}`);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const cookieSecret = cookiesWhen === "OFF" ? null : await cookies.seal();
    const loginSecret = cookieSecret === undefined || loginWhen === "OFF" ? null : await login.seal();
    const proxySecret = cookieSecret === undefined || loginSecret === undefined ? null : await proxy.seal();
    if (cookieSecret === undefined || loginSecret === undefined || proxySecret === undefined) {
      return;
    }
    const asked: VariablesOf<typeof SetSite> = { name };
    if (["perHour", "perDay", "pause"].some((key) => numbers[key as Key] !== before[key as Key])) {
      const pause = numberOf(numbers.pause);
      asked.budget = {
        perHour: numberOf(numbers.perHour),
        perDay: numberOf(numbers.perDay),
        pauseMs: pause === null ? null : Math.round(pause * 1000),
      };
    }
    if (numbers.rate !== before.rate) {
      const rate = numberOf(numbers.rate);
      asked.rateLimit = { jobBytesPerSecond: rate === null ? null : Math.round(rate * MB) };
    }
    if (
      cookiesWhen !== (site?.cookieMode ?? "OFF") ||
      cookieSecret !== secretWhile(cookiesWhen, site?.cookieSecretId)
    ) {
      asked.cookies = { mode: cookiesWhen, secretId: cookieSecret };
    }
    if (
      loginWhen !== (site?.loginMode ?? "OFF") ||
      loginSecret !== secretWhile(loginWhen, site?.loginSecretId)
    ) {
      asked.login = { mode: loginWhen, secretId: loginSecret };
    }
    if (proxySecret !== (site?.proxySecretId ?? null)) {
      asked.proxy = { secretId: proxySecret };
    }
    if ((await set.run(asked)) !== null) {
      onDone();
    }
  }

  return (
    <form className="fields" aria-label={`What holds for ${name}`} autoComplete="off" onSubmit={submit}>
      <h2>{name}</h2>
      {NUMBERS.map(([key, label, least]) => (
        <Field key={key} label={label}>
          {(control) => (
            <input
              {...control}
              type="number"
              min={least}
              step={least}
              placeholder="not limited"
              value={numbers[key]}
              onChange={(event) => setNumbers({ ...numbers, [key]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <WhenField label="Ask with cookies" value={cookiesWhen} onChange={setCookiesWhen} />
      {cookiesWhen !== "OFF" && <SecretFields of={cookies} />}
      <WhenField label="Sign in" value={loginWhen} onChange={setLoginWhen} />
      {loginWhen !== "OFF" && <SecretFields of={login} />}
      <SecretFields of={proxy} />
      <Refused problem={cookies.problem ?? login.problem ?? proxy.problem ?? set.problem} />
      <p className="acts">
        <Button type="submit" look="main" off={off} running={set.isRunning && "Keeping…"}>
          Keep this
        </Button>
        <Button look="bare" onClick={onDone}>
          Leave it
        </Button>
      </p>
    </form>
  );
}

type Key = (typeof NUMBERS)[number][0];

function numbersOf(site: Site | undefined): Record<Key, string> {
  const text = (value: number | null | undefined, unit = 1) => (value == null ? "" : String(value / unit));
  return {
    perHour: text(site?.budget?.perHour),
    perDay: text(site?.budget?.perDay),
    pause: text(site?.budget?.pauseMs, 1000),
    rate: text(site?.jobBytesPerSecond, MB),
  };
}

function numberOf(text: string): number | null {
  return text === "" ? null : Number(text);
}

/** The secret that holds now, as long as one is used. */
function secretWhile(when: When, now: string | null | undefined): string | null {
  return when === "OFF" ? null : (now ?? null);
}
