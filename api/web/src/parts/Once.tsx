import { Button } from "./Button";
import { Copy } from "./Copy";
import "./fields.css";

interface Props {
  /** What it is, and that it isn't shown again. */
  says: string;
  /** What is shown this once. */
  value: string;
  onDone(): void;
}

/** Something that is shown once and stored nowhere. */
export function Once({ says, value, onDone }: Props) {
  return (
    <div className="once" role="status">
      <b>{says}</b>
      <code className="proof">{value}</code>
      <Copy text={value} />{" "}
      <Button small look="bare" onClick={onDone}>
        I have it
      </Button>
    </div>
  );
}
