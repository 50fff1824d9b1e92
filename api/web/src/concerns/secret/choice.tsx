import { useState } from "react";
import { useClient } from "urql";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import type { Problem } from "../../client/problem";
import { Field } from "../../parts/Field";

const SecretNames = graphql(`
  query SecretNames($minPosition: Position) {
    secrets(first: 200, minPosition: $minPosition) { nodes { id name } }
  }
`);
const SealSecret = graphql(`
  mutation SealSecret($name: String!, $value: SecretValue!) {
    secretSet(input: { name: $name, value: $value }) { position userErrors { code message advice retryable } }
  }
`);

/** What a secret is for, which says how it is typed. */
export type SecretKind = "cookies" | "login" | "proxy";

/** Which secret is used: one that is kept already, or one that is typed now. */
export interface SecretChoice {
  kind: SecretKind;
  /** An id, `TYPED`, or nothing. */
  chosen: string;
  choose(next: string): void;
  /** What was typed; it is sealed and forgotten. */
  typed: string;
  type(next: string): void;
  /** What one that is typed will be called. */
  called: string;
  problem: Problem | undefined;
  /** Keeps what was typed. Answers the id of what was chosen, `null` of nothing, and `undefined` if it could not be kept. */
  seal(): Promise<string | null | undefined>;
}

const TYPED = "typed";

/** A choice that begins with what is set now. */
export function useSecretChoice(kind: SecretKind, now: string | null, called: string): SecretChoice {
  const client = useClient();
  const set = useAct(SealSecret);
  const [chosen, choose] = useState(now ?? "");
  const [typed, type] = useState("");
  async function seal() {
    if (chosen !== TYPED) {
      return chosen === "" ? null : chosen;
    }
    const done = await set.run({ name: called, value: typed });
    // What was typed stays nowhere.
    type("");
    if (done === null) {
      return undefined;
    }
    const { data } = await client.query(SecretNames, {}, { requestPolicy: "network-only" }).toPromise();
    const id = data?.secrets.nodes.find(({ name }) => name === called)?.id;
    if (id !== undefined) {
      choose(id);
    }
    return id;
  }
  return { kind, chosen, choose, typed, type, called, problem: set.problem, seal };
}

const WORDS: Record<SecretKind, { which: string; none: string; hint: string }> = {
  cookies: {
    which: "Which cookies",
    none: "Choose a secret",
    hint: "A file of cookies as browsers export it.",
  },
  login: { which: "As whom", none: "Choose a secret", hint: "A name and its password." },
  proxy: { which: "Proxy", none: "None", hint: "http://USER:PASSWORD@HOST:PORT, or without the first part." },
};

/** The fields of a choice. A secret is never shown: it is chosen by its name, or typed anew. */
export function SecretFields({ of }: { of: SecretChoice }) {
  const may = useMay("secret");
  const { data } = useLive(SecretNames, {}, ["secret"], { pause: !may.isShown });
  const known = data?.secrets.nodes ?? [];
  const isUnknown = of.chosen !== "" && of.chosen !== TYPED && known.every(({ id }) => id !== of.chosen);
  const { which, none, hint } = WORDS[of.kind];
  return (
    <>
      <Field label={which} {...(may.isShown ? {} : { hint: "You may not see which secrets there are." })}>
        {(control) => (
          <select
            {...control}
            required={of.kind !== "proxy"}
            value={of.chosen}
            onChange={(event) => of.choose(event.currentTarget.value)}
          >
            <option value="">{none}</option>
            {isUnknown && <option value={of.chosen}>The one that is set</option>}
            {known.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            {may.isShown && <option value={TYPED}>Type it here</option>}
          </select>
        )}
      </Field>
      {of.chosen === TYPED && <Typed of={of} hint={`${hint} It is sealed as the secret “${of.called}”.`} />}
    </>
  );
}

function Typed({ of: { kind, typed, type }, hint }: { of: SecretChoice; hint: string }) {
  if (kind === "cookies") {
    return (
      <Field label="The cookies" hint={hint} wide>
        {(control) => (
          <textarea
            {...control}
            className="proof"
            required
            spellCheck={false}
            value={typed}
            onChange={(event) => type(event.currentTarget.value)}
          />
        )}
      </Field>
    );
  }
  if (kind === "proxy") {
    return (
      <Field label="Address of the proxy" hint={hint}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            required
            value={typed}
            onChange={(event) => type(event.currentTarget.value)}
          />
        )}
      </Field>
    );
  }
  const [name = "", password = ""] = typed.split("\n");
  return (
    <>
      <Field label="Name there" hint={hint}>
        {(control) => (
          <input
            {...control}
            autoComplete="off"
            required
            value={name}
            onChange={(event) => type(`${event.currentTarget.value}\n${password}`)}
          />
        )}
      </Field>
      <Field label="Password there">
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => type(`${name}\n${event.currentTarget.value}`)}
          />
        )}
      </Field>
    </>
  );
}
