// Hears every event from a position on, without a gap and without a repeat, and goes on after a break.
//
//   MEDIARY_SERVER=http://127.0.0.1:8484 MEDIARY_TOKEN=mdy_... deno run --allow-env --allow-net watch.mjs [AFTER] [UNTIL-KIND]
//
// Prints a line for each event: its position and its kind. Ends once it has heard an event of UNTIL-KIND, if one is named.
import process from "node:process";
import { createClient } from "graphql-ws";

const { MEDIARY_SERVER, MEDIARY_TOKEN } = process.env;
const [after = "0", untilKind] = process.argv.slice(2);

const url = new URL("graphql/ws", `${MEDIARY_SERVER}/`);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";

const client = createClient({
  url: url.href,
  connectionParams: { authorization: `Bearer ${MEDIARY_TOKEN}` },
  // Each subscription below begins where the last one ended: a blind repeat would begin at the front.
  retryAttempts: 0,
});

/** The last position that was heard: a break may come behind any event. */
let position = Number(after);

/** Hears events behind the last position until the connection ends. */
async function hear() {
  const query = "subscription($after: Position!) { events(after: $after) { position event { kind } } }";
  for await (const { data, errors } of client.iterate({ query, variables: { after: position } })) {
    if (errors) {
      throw new Error(errors[0].message);
    }
    const { event } = data.events;
    position = data.events.position;
    if (event) {
      console.log(`${position} ${event.kind}`);
      if (event.kind === untilKind) {
        await client.dispose();
        process.exit(0);
      }
    }
  }
}

/** Refused by the server: asking again with the same token is of no use. */
const FORBIDDEN = 4403;

for (;;) {
  try {
    await hear();
  } catch (broken) {
    // A break is an event of the socket; errors that the server found in the question are an array.
    if (broken?.code === FORBIDDEN || broken instanceof Error || Array.isArray(broken)) {
      throw broken;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
