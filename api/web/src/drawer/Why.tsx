import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { useTense } from "../client/tense";
import { moment } from "../parts/format";
import { Glyph } from "../parts/Icon";
import { Event, Said, Spine } from "../parts/Spine";
import { Empty, Failed, Loading } from "../parts/states";
import { EventGlyph } from "./kinds";
import { SaveAsHtml } from "./SaveAsHtml";
import { quoted, Told } from "./Told";

const WhyOf = graphql(`
  query WhyOf($id: ID!, $asOf: AsOfInput) {
    why(id: $id, asOf: $asOf) {
      answer
      hidden
      chain {
        id
        position
        kind
        stream
        at
        says
      }
    }
  }
`);

/** Why a thing is as it is: one sentence, then numbered links in the order of cause. */
export function Why({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(WhyOf, { id }, [id]);
  const { isPast } = useTense();
  if (problem !== undefined && data === undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (isLoading) {
    return <Loading label="Looking for the cause" />;
  }
  const why = data?.why;
  if (why == null) {
    return <Empty title={isPast ? "It was not there yet." : "Nothing is recorded of it."} />;
  }
  const chain = [...why.chain].reverse();
  return (
    <>
      <p className="record answer-line">{quoted(why.answer)}</p>
      <Spine margin="numbers" label="What led to it">
        {chain.map((event, index) => (
          <Event
            key={event.id}
            time={index + 1}
            first={index === 0}
            last={index === chain.length - 1}
            node={<EventGlyph kind={event.kind} />}
          >
            <Said evidence={moment(event.at)}>
              <Told says={event.says} stream={event.stream} />
            </Said>
          </Event>
        ))}
      </Spine>
      <p className="seal">
        <Glyph name={why.hidden ? "warn" : "ok"} tone={why.hidden ? "warn" : "ok"} />
        <span className="grow">
          {why.hidden
            ? "What led to the first of these is not for you to see."
            : `The chain is whole: each of its ${chain.length} links names the one before it.`}
        </span>
      </p>
      <SaveAsHtml of={{ why: id }} />
    </>
  );
}
