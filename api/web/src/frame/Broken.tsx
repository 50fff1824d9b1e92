import { type ErrorComponentProps, Link } from "@tanstack/react-router";

import { Button } from "../parts/Button";
import { Empty, Failed } from "../parts/states";
import { useCrumbs } from "./Crumbs";

/** An address that no room has. */
export function NoSuchRoom() {
  useCrumbs({ name: "No such room" });
  return (
    <main id="main">
      <Empty
        isPage
        title="There is no room at this address."
        acts={
          <Link className="btn small" to="/">
            Go home
          </Link>
        }
      >
        The link may be of another version of Mediary, or cut off.
      </Empty>
    </main>
  );
}

/** A room that could not be shown: a fault of the page. */
export function Broken({ error, reset }: ErrorComponentProps) {
  // A page that is older than the server asks for files that are not there any more.
  const message = error instanceof Error ? error.message : String(error);
  const isOld = /import|fetch/i.test(message);
  return (
    <main id="main">
      <Failed
        isPage
        title={isOld ? "Mediary is a newer version by now." : "This room could not be shown."}
        problem={{
          message: isOld
            ? "Load the page again; nothing is lost."
            : "It is a fault of the page; nothing is lost.",
          advice: isOld ? null : message,
          code: null,
          isRetryable: true,
          isForbidden: false,
        }}
        onRetry={isOld ? () => location.reload() : reset}
      />
      {!isOld && (
        <Button small look="bare" onClick={() => location.reload()}>
          Load the page again
        </Button>
      )}
    </main>
  );
}
