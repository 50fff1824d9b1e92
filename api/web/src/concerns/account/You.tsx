import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { NAMELESS } from "../../client/session";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Failed, Loading, NotYet, Refused } from "../../parts/states";
import { SessionShown, Sessions } from "./Sessions";
import { permissionWords, ROLES } from "./words";

const YouOf = graphql(
  `
    query YouOf($asOf: AsOfInput) {
      viewer(asOf: $asOf) { name role permissions sessionId }
      sessions(asOf: $asOf) { ...SessionShown }
    }
  `,
  [SessionShown],
);
const ChangePassword = graphql(`
  mutation ChangePassword($current: SecretValue!, $password: SecretValue!) {
    passwordChange(input: { current: $current, password: $password }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

/** The least that the server takes. */
const PASSWORD_MIN = 10;

/** Who one is here: what one may do, one's password, and where one is signed in. */
export function You() {
  const { data, problem, refetch } = useLive(YouOf, {}, ["account"]);
  const may = useMay("read");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const { viewer, sessions } = data;
  const [, role, does] = ROLES.find(([value]) => value === viewer.role) ?? ["", viewer.role, ""];
  return (
    <>
      <p>
        <b>{viewer.name ?? (viewer.sessionId === null ? "Signed in by a token" : NAMELESS)}</b>: {role},{" "}
        {does}.
      </p>
      <details>
        <summary className="s q">All that you may do</summary>
        <p className="s q">{viewer.permissions.map(permissionWords).join(" · ")}.</p>
      </details>
      {viewer.sessionId === null ? (
        <NotYet title="A token has no password.">
          Whoever signs in by a name sets a password here, and sees where he is signed in.
        </NotYet>
      ) : (
        <>
          <h2 className="under-head">Password</h2>
          {may.isShown && <Password off={may.off} />}
          <h2 className="under-head">Where you are signed in</h2>
          <Sessions sessions={sessions} />
        </>
      )}
    </>
  );
}

function Password({ off }: { off: string | undefined }) {
  const change = useAct(ChangePassword);
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [isDone, setDone] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setDone(false);
    const done = await change.run({ current, password });
    // What was typed stays nowhere.
    setCurrent("");
    setPassword("");
    setDone(done !== null);
  }

  return (
    <form className="fields" onSubmit={submit}>
      <Field label="The one that counts now">
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="The new one" hint={`At least ${PASSWORD_MIN} characters, any of them.`}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            maxLength={256}
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <div className="acts">
        <Button type="submit" look="main" off={off} running={change.isRunning && "Setting…"}>
          Set the password
        </Button>
        {isDone && <span role="status">It counts from now on; every other browser is signed out.</span>}
      </div>
      <Refused problem={change.problem} />
    </form>
  );
}
