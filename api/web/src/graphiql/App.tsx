import { useCallback, useState } from "react";

import { Editor } from "./Editor";
import { SignIn } from "./SignIn";
import { type Browser, dropToken, keepToken, takeToken } from "./token";

const REFUSED = "That token is not valid, or no more.";

interface Props {
  browser: Browser;
}

/** GraphiQL, or what is needed to get there. */
export function App({ browser }: Props) {
  const [token, setToken] = useState(() => takeToken(browser));
  const [problem, setProblem] = useState<string | null>(null);

  const leave = useCallback(
    (why: string | null) => {
      dropToken(browser);
      setProblem(why);
      setToken(null);
    },
    [browser],
  );
  const onSignOut = useCallback(() => leave(null), [leave]);
  const onRefused = useCallback(() => leave(REFUSED), [leave]);

  function onToken(given: string) {
    keepToken(browser, given);
    setProblem(null);
    setToken(given);
  }

  return token === null ? (
    <SignIn problem={problem} onToken={onToken} />
  ) : (
    <Editor key={token} token={token} onSignOut={onSignOut} onRefused={onRefused} />
  );
}
