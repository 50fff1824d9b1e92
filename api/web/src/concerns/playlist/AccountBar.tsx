import { Link } from "@tanstack/react-router";
import { Fragment } from "react";

import { number } from "../../parts/format";
import { Glyph } from "../../parts/Icon";
import { type Account, accountWords, type Part, partsOf } from "./account";

interface Props {
  playlistId: string;
  account: Account;
  /** How many can't be had at the source any more, and are here. */
  safe: number;
  /** How many can't be had, and were never kept. */
  never: number;
  /** What the address has chosen. */
  chosen: { standing?: string | undefined; reason?: string | undefined; here?: string | undefined };
}

/** The account of a list: a bar of parts, and numbers that add up and open their rows. */
export function AccountBar({ playlistId, account, safe, never, chosen }: Props) {
  const parts = partsOf(account);
  const to = `/library/lists/${playlistId}`;
  const at = (before: Record<string, unknown>) => (before.at === undefined ? {} : { at: before.at });
  const isChosen = (part: Part) => chosen.standing === part.standing && chosen.reason === part.reason;
  return (
    <div className="account">
      <div className="bar" role="img" aria-label={accountWords(account, number)}>
        {parts.map(({ word, count, bar }) => (
          <i key={word} style={{ flex: count, background: bar }} />
        ))}
      </div>
      <ul>
        <li>
          <Link to={to} search={at}>
            <b>{number(account.listed)}</b> listed
          </Link>
        </li>
        {parts.map((part, index) => (
          <Fragment key={part.word}>
            <li className="qq" aria-hidden="true">
              {index === 0 ? "=" : "+"}
            </li>
            <li>
              <Link
                to={to}
                search={(before: Record<string, unknown>) => ({
                  ...at(before),
                  standing: part.standing,
                  reason: part.reason,
                  not: part.not,
                })}
                className={isChosen(part) ? "on" : undefined}
              >
                <Glyph name={part.glyph} tone={part.tone} />
                <b>{number(part.count)}</b> {part.word}
              </Link>
            </li>
          </Fragment>
        ))}
        {(safe > 0 || never > 0) && (
          <li className="qq" aria-hidden="true">
            and
          </li>
        )}
        {safe > 0 && (
          <li>
            <Link
              to={to}
              search={(before: Record<string, unknown>) => ({ ...at(before), here: "SAFE" })}
              className={chosen.here === "SAFE" ? "on" : undefined}
            >
              <Glyph name="safe" tone="safe" />
              <b>{number(safe)}</b> gone upstream, safe here
            </Link>
          </li>
        )}
        {never > 0 && (
          <li>
            <Link
              to={to}
              search={(before: Record<string, unknown>) => ({ ...at(before), here: "NEVER_SAVED" })}
              className={chosen.here === "NEVER_SAVED" ? "on" : undefined}
            >
              <Glyph name="gone" tone="bad" />
              <b>{number(never)}</b> gone and never kept
            </Link>
          </li>
        )}
      </ul>
    </div>
  );
}
