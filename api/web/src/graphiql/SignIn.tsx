import { type FormEvent, useState } from "react";

interface Props {
  /** Why the last token is gone, if it was not given up. */
  problem: string | null;
  onToken(token: string): void;
}

/** Asks for a token. */
export function SignIn({ problem, onToken }: Props) {
  const [token, setToken] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (token.trim() !== "") {
      onToken(token.trim());
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>GraphiQL</h1>
        <p>
          The interface needs a token. Whoever owns the data folder gets one with{" "}
          <code>mediary token create NAME --role owner</code>; it stays in this tab only.
        </p>
        {problem !== null && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" disabled={token.trim() === ""}>
          Sign in
        </button>
        <a href="./">Back to Mediary</a>
      </form>
    </main>
  );
}
