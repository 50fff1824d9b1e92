import { useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { number } from "../../parts/format";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { RuleForm } from "./RuleForm";
import { eventWords, whenWords } from "./rule";
import { Severity } from "./Said";
import { ruleWords } from "./words";

const RulesOf = graphql(`
  query RulesOf($asOf: AsOfInput) {
    notificationRules(asOf: $asOf) {
      name
      isStandard
      event
      when { field oneOf greater present }
      about
      topic
      resolves
      severity
      title
      body
      channels
    }
    removed: notificationRulesRemoved(asOf: $asOf) { name event title }
  }
`);
const RestoreRule = graphql(`
  mutation RestoreRule($name: String!) {
    notificationRuleRestore(input: { name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const RemoveRule = graphql(`
  mutation RemoveRule($name: String!) {
    notificationRuleRemove(input: { name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Removed = ResultOf<typeof RulesOf>["removed"][number];
type Rule = ResultOf<typeof RulesOf>["notificationRules"][number];

/** What people are told of which events: rules of one's own, then those that are there by themselves. */
export function Rules() {
  const { data, problem, refetch } = useLive(RulesOf, {}, ["notification"]);
  const may = useMay("notify");
  const [isNew, setNew] = useState(false);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={4} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const rules = data.notificationRules;
  const events = [...new Set(rules.map(({ event }) => event))].sort();
  const own = rules.filter(({ isStandard }) => !isStandard);
  const standard = rules.filter(({ isStandard }) => isStandard);
  return (
    <>
      {may.isShown &&
        (isNew ? (
          <RuleForm off={may.off} events={events} onDone={() => setNew(false)} />
        ) : (
          <p className="acts">
            <Button icon="plus" look="main" off={may.off} onClick={() => setNew(true)}>
              Add a rule
            </Button>
          </p>
        ))}
      <h2 className="under-head">Your own</h2>
      {own.length === 0 ? (
        <Empty title="There is no rule of your own.">
          A rule tells something of an event: that a list has much that is new, or that a job waits too long.
        </Empty>
      ) : (
        <List label="Your own rules" rules={own} events={events} />
      )}
      <h2 className="under-head">There by themselves, {number(standard.length)}</h2>
      <List label="Rules that are there by themselves" rules={standard} events={events} />
      {data.removed.length > 0 && (
        <>
          <h2 className="under-head">Taken away, {number(data.removed.length)}</h2>
          <ul className="rows" aria-label="Rules that were taken away">
            {data.removed.map((rule) => (
              <RemovedRow key={rule.name} rule={rule} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** A rule that was there by itself, until somebody took it away. */
function RemovedRow({ rule: { name, event, title } }: { rule: Removed }) {
  const may = useMay("notify");
  const restore = useAct(RestoreRule);
  return (
    <li>
      <div className="grow">
        <b>{ruleWords(name)}</b>
        <p className="s q text">
          On {eventWords(event)}: {title === null ? "what was said is over" : `“${title}”`}.
        </p>
        <Refused problem={restore.problem} />
      </div>
      {may.isShown && (
        <Button
          small
          off={may.off}
          running={restore.isRunning && "Bringing back…"}
          aria-label={`Bring back the rule ${name}`}
          onClick={() => void restore.run({ name })}
        >
          Bring back
        </Button>
      )}
    </li>
  );
}

function List({
  label,
  rules,
  events,
}: {
  label: string;
  rules: readonly Rule[];
  events: readonly string[];
}) {
  return (
    <ul className="rows" aria-label={label}>
      {rules.map((rule) => (
        <RuleRow key={rule.name} rule={rule} events={events} />
      ))}
    </ul>
  );
}

function RuleRow({ rule, events }: { rule: Rule; events: readonly string[] }) {
  const { name, event, when, resolves, severity, title, channels, isStandard } = rule;
  const may = useMay("notify");
  const remove = useAct(RemoveRule);
  const [isOpen, setOpen] = useState(false);
  const only = when.length === 0 ? "" : `, where ${whenWords(when)}`;
  return (
    <li className="opens">
      <div className="grow">
        <b>{isStandard ? ruleWords(name) : name}</b>
        <p className="s q text">
          {severity !== null && <Severity is={severity} />} On {eventWords(event)}
          {only}: {resolves ? "what was said is over" : `“${title}”`}
          {channels.length > 0 && `, also to ${channels.join(", ")}`}.
        </p>
        <Refused problem={remove.problem} />
      </div>
      {may.isShown && (
        <span className="row-acts">
          <Button
            small
            look="bare"
            aria-expanded={isOpen}
            aria-label={`Change the rule ${name}`}
            onClick={() => setOpen(!isOpen)}
          >
            Change
          </Button>
          <Confirm
            word="Remove"
            label={`Remove the rule ${name}`}
            says={isStandard ? "Say this no more" : `Remove the rule ${name}`}
            off={may.off}
            running={remove.isRunning && "Removing…"}
            onYes={() => void remove.run({ name })}
          />
        </span>
      )}
      {isOpen && may.isShown && (
        <div className="row-open plain-form">
          <RuleForm off={may.off} of={rule} events={events} onDone={() => setOpen(false)} />
        </div>
      )}
    </li>
  );
}
