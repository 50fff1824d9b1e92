import { useMay } from "../../client/act";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { Empty, MayNot } from "../../parts/states";
import { CheckForm } from "./CheckForm";
import "./check.css";

/** Has something looked at again and again from now on. */
export function Add() {
  useCrumbs({ name: "Checks", to: "/checks" }, { name: "Add a check" });
  const may = useMay("check");
  const { isPast } = useTense();
  return (
    <main id="main">
      {may.isShown ? (
        <>
          <h1 className="check-title">Add a check</h1>
          <p className="lede check-lede">
            It is looked at again and again from now on; you are told when it fails, and when that is over.
          </p>
          <CheckForm />
        </>
      ) : isPast ? (
        <Empty title="Nothing is added to the past." isPage>
          Go back to now to add a check.
        </Empty>
      ) : (
        <MayNot isPage title="You may not have things checked." />
      )}
    </main>
  );
}
