import { address } from "../../client/base";
import { Copy } from "../../parts/Copy";

/** Where everybody sees a check that is public. */
export function Public({ name }: { name: string }) {
  const badge = address(`badge/${encodeURIComponent(name)}.svg`);
  return (
    <section className="check-public">
      <h2>For everybody</h2>
      <p className="q">
        Without signing in, its name and how it is are seen{" "}
        <a className="link" href={address("status")}>
          on the public page
        </a>{" "}
        and as a badge.
      </p>
      <p>
        <img src={badge} alt={`Badge of ${name}`} height={20} />
      </p>
      <Copy text={badge}>Copy the badge’s address</Copy>
    </section>
  );
}
