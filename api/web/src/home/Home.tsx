import { useSearch } from "@tanstack/react-router";

import { useTense } from "../client/tense";
import { useCrumbs } from "../frame/Crumbs";
import { AddressField } from "../parts/AddressField";
import { dateLine } from "../parts/format";
import { Spine } from "../parts/Spine";
import { Incidents } from "./Incidents";
import { Lede } from "./Lede";
import { lastLook } from "./last-look";
import { News, useNews } from "./News";
import { Next } from "./Next";
import { Now, useMoving } from "./Now";
import type { HomeSearch } from "./room";

/** Home: is anything wrong, what moves now, what changed since one looked last, what comes next. */
export function Home() {
  useCrumbs({ name: "Home" });
  const { paste } = useSearch({ strict: false }) as HomeSearch;
  const { isPast, at } = useTense();
  const news = useNews();
  const moving = useMoving();
  const today = isPast && at !== undefined && !/^\d+$/.test(at) ? at : Date.now();
  return (
    <main id="main">
      {!isPast && <AddressField key={paste} initial={paste} />}
      <Incidents />
      <div className="home">
        <div>
          <h1 className="dateline">{dateLine(today)}</h1>
          <Lede news={news.events} since={lastLook()} />
          <Spine>
            {moving !== undefined && <Now moving={moving} />}
            <News {...news} isFirst={moving === undefined} />
          </Spine>
        </div>
        <Next />
      </div>
    </main>
  );
}
