import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { session } from "../client/session";
import { useStore } from "../client/store";
import { useCrumbs } from "../frame/Crumbs";
import { AddressField } from "../parts/AddressField";
import { Glyph } from "../parts/Icon";
import { Event, Spine } from "../parts/Spine";

const WhereFilesLive = graphql(`
  query WhereFilesLive($asOf: AsOfInput) {
    roots(asOf: $asOf) {
      id
      kind
      name
      folder
      standing
    }
  }
`);

/** The first page: who one is, where files live, the first list. */
export function FirstRun() {
  useCrumbs({ name: "The first page" });
  const now = useStore(session);
  const { data } = useLive(WhereFilesLive, {}, ["root"]);
  const library = data?.roots.find(({ kind }) => kind === "LIBRARY");
  const name = now.state === "in" ? now.viewer.name : null;
  return (
    <main id="main">
      <div className="run">
        <h1 className="dateline">The first page</h1>
        <p className="lede">From here on, everything is written down.</p>
        <Spine>
          <Event first node={<Glyph name="ok" tone="ok" />}>
            <p>
              <b className="b">{name === null ? "You are signed in by a token." : `You are ${name}.`}</b>
            </p>
          </Event>
          <Event
            node={
              <Glyph
                name={library === undefined ? "wait" : "ok"}
                tone={library === undefined ? "quiet" : "ok"}
              />
            }
          >
            {library === undefined ? (
              <p className="q">Looking where files live.</p>
            ) : (
              <p>
                <b className="b">Files live in</b>{" "}
                <span className="proof">{library.folder ?? library.name}</span>
                {library.standing === "AWAY" && (
                  <span className="refused"> which is not there just now.</span>
                )}
              </p>
            )}
          </Event>
          <Event tense="now" time="now" node={<Glyph name="run" tone="run" />}>
            <h2>Your first list</h2>
            <AddressField />
          </Event>
          <Event tense="next" last node={<Glyph name="next" />}>
            <p className="q">
              A list that is followed is read again as often as you chose; what is new is kept.
            </p>
          </Event>
        </Spine>
      </div>
    </main>
  );
}
