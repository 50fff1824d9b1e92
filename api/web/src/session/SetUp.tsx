import { type FormEvent, useEffect, useState } from "react";

import { address } from "../client/base";
import { enter, findSession, welcome } from "../client/session";
import { Button } from "../parts/Button";
import { say } from "./api";
import { Door } from "./Door";

/** What the server says of a link. */
interface Looked {
  state: "OPEN" | "USED" | "ENDED" | "UNKNOWN";
  message: string;
  /** Whose password it sets, if the account is there. */
  name: string | null;
  isOwner: boolean;
}

const PASSWORD_MIN = 10;

/** Whoever came by a link: it makes an account, or says in words why it doesn't. */
export function SetUp({ token }: { token: string }) {
  const [looked, setLooked] = useState<Looked | null>(null);

  useEffect(() => {
    let isCurrent = true;
    void say<Looked>("v1/setup/look", { token }).then((said) => {
      if (!isCurrent) {
        return;
      }
      if (said.ok && said.body.state !== "UNKNOWN") {
        setLooked(said.body);
      } else {
        // It is no link of an account: a token lets in whoever shows it.
        enter(token);
      }
    });
    return () => {
      isCurrent = false;
    };
  }, [token]);

  if (looked === null) {
    return null;
  }
  if (looked.state !== "OPEN") {
    return (
      <Door title="This link is over">
        <p className="q">{looked.message}</p>
        <Button look="main" onClick={() => void findSession()}>
          Sign in
        </Button>
      </Door>
    );
  }
  return (
    <Door title={looked.isOwner ? "The first page" : "Your account"}>
      <p className="lede">
        {looked.isOwner
          ? "Three steps. The first: who you are. From here on, everything is written down."
          : "Choose how you sign in from now on."}
      </p>
      <Account token={token} name={looked.name} isFirst={looked.isOwner && looked.name === null} />
    </Door>
  );
}

interface AccountProps {
  token: string;
  /** Whose password it sets, if the account is there. */
  name: string | null;
  /** Whether it is the first account of all. */
  isFirst: boolean;
}

function Account({ token, name: known, isFirst }: AccountProps) {
  const [name, setName] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isRunning, setRunning] = useState(false);
  const isShort = password.length > 0 && password.length < PASSWORD_MIN;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRunning(true);
    setProblem(null);
    const body = known === null ? { token, name: name.trim(), password } : { token, password };
    const said = await say<Parameters<typeof welcome>[0]>("v1/setup", body);
    setRunning(false);
    if (said.ok) {
      if (isFirst) {
        // The two steps that are left.
        history.replaceState(null, "", address("first-page"));
      }
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
            maxLength={40}
            readOnly={known !== null}
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
            autoComplete="new-password"
            minLength={PASSWORD_MIN}
            maxLength={256}
            aria-describedby="password-rule"
            required
          />
        </span>
      </label>
      <p id="password-rule" className={isShort ? "s refused" : "s qq"}>
        At least {PASSWORD_MIN} characters, any of them.
      </p>
      {problem !== null && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
      <Button look="main" type="submit" running={isRunning && "Writing it down…"}>
        {known === null ? "Make the account" : "Set the password"}
      </Button>
    </form>
  );
}
