import { GraphiQL } from "graphiql";
import { useEffect, useMemo } from "react";

import { connect } from "./connection";
import { examples } from "./examples";

interface Props {
  token: string;
  onSignOut(): void;
  onRefused(): void;
}

const tabs = examples.map(({ query, variables }) => ({
  query,
  variables: variables === undefined ? null : JSON.stringify(variables, null, 2),
}));

/** GraphiQL under one token. */
export function Editor({ token, onSignOut, onRefused }: Props) {
  const connection = useMemo(() => connect(window.location.href, token, onRefused), [token, onRefused]);
  useEffect(() => connection.close, [connection]);

  return (
    <div className="editor">
      <nav>
        <a href="./">Mediary</a>
        <span>Signed in by token</span>
        <button type="button" onClick={onSignOut}>
          Sign out
        </button>
      </nav>
      <GraphiQL
        fetcher={connection.fetcher}
        defaultTabs={tabs}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
      >
        {/* The bar above says whose it is. */}
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
      </GraphiQL>
    </div>
  );
}
