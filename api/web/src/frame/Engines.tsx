import { useQuery } from "urql";

import { graphql } from "../client/graphql";

const Head = graphql(`
  query Head {
    head {
      position
    }
  }
`);

/** What stands at the foot of the rail: how long the record is by now. */
export function Engines() {
  const [{ data }] = useQuery({ query: Head });
  return (
    <p className="engines">
      Mediary {import.meta.env.VITE_VERSION}
      {data != null && (
        <>
          <br />
          {data.head.position.toLocaleString("en")} events recorded
        </>
      )}
    </p>
  );
}
