import { useStore } from "../../client/store";
import { desktop, turnOff, turnOn } from "../../frame/desktop";
import { Button } from "../../parts/Button";

/** Whether notices are shown on the desktop while the page is open; nobody is asked before pressing the button. */
export function Desktop() {
  const is = useStore(desktop);
  if (is === "none") {
    return null;
  }
  return (
    <section className="desktop" aria-label="On this desktop">
      <p className="s q grow">
        {is === "on"
          ? "While this page is open somewhere, whatever somebody should look at is also shown on this desktop."
          : is === "denied"
            ? "This browser was told to show nothing of this page on the desktop. Its settings of the site change that."
            : "While this page is open somewhere, this desktop can show whatever somebody should look at."}
      </p>
      {is === "on" && (
        <Button small look="bare" onClick={turnOff}>
          Show nothing on this desktop
        </Button>
      )}
      {is === "off" && (
        <Button small icon="bell" onClick={() => void turnOn()}>
          Show on this desktop
        </Button>
      )}
    </section>
  );
}
