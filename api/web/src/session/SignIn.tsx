import { type FormEvent, useState } from "react";

import { enter, welcome } from "../client/session";
import { Button } from "../parts/Button";
import { say } from "./api";
import { Door } from "./Door";

interface Props {
  /** What became of the session before, if there was one. */
  why: string | null;
  isSetUp: boolean;
  /** Whether this server has accounts; if not, one signs in by token. */
  hasAccounts: boolean;
}

/** Signing in, by account or by token. */
export function SignIn({ why, isSetUp, hasAccounts }: Props) {
  const [byToken, setByToken] = useState(!hasAccounts);
  return (
    <Door title="Sign in">
      {why !== null && (
        <p className="refused" role="alert">
          {why}
        </p>
      )}
      {!isSetUp && (
        <p className="q">
          Nobody has an account here yet. On the server’s machine{" "}
          <code className="proof">mediary token setup</code> prints the link that makes the first one.
        </p>
      )}
      {byToken ? <ByToken /> : <ByPassword />}
      {hasAccounts && (
        <Button look="bare" small onClick={() => setByToken(!byToken)}>
          {byToken ? "Sign in by name" : "Sign in by token"}
        </Button>
      )}
    </Door>
  );
}

function ByPassword() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRunning(true);
    setProblem(null);
    const said = await say<Parameters<typeof welcome>[0]>("v1/session", { name: name.trim(), password });
    setRunning(false);
    if (said.ok) {
      welcome(said.body);
    } else {
      setProblem(said.message);
    }
  }

  return (
    <form onSubmit={submit} className="way">
      <label>
        Name
        <span className="field">
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="username"
            required
          />
        </span>
      </label>
      <label>
        Password
        <span className="field">
          <input
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
          />
        </span>
      </label>
      {problem !== null && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
      <Button look="main" type="submit" running={isRunning && "Signing in…"}>
        Sign in
      </Button>
    </form>
  );
}

function ByToken() {
  const [token, setToken] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (token.trim() !== "") {
      enter(token.trim());
    }
  }
  return (
    <form onSubmit={submit} className="way">
      <p className="q">
        Whoever owns the data folder gets one with <code className="proof">mediary token setup</code>; it
        stays in this tab only.
      </p>
      <label>
        Token
        <span className="field">
          <input
            type="password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            required
          />
        </span>
      </label>
      <Button look="main" type="submit">
        Sign in
      </Button>
    </form>
  );
}
