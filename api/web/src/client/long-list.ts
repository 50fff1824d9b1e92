// A list that is too long to have: as many places as it has rows, of which those near what is seen are filled.

/** Rows of a page. */
export const PAGE = 100;
/** Pages that are gone over at once, without their rows: the server answers of 500 rows at most. */
const STRIDE = 5;
/** Pages on each side of what is seen whose rows stay. */
const NEAR = 3;
/** Up to so many rows a list is read from its front alone. */
const SHORT = 10 * PAGE;

/** How long one stays somewhere before the way there is gone: End and a dragged scrollbar pass by all that is between. */
const STAY_MS = 100;

/** Which rows are asked for, as every connection takes it. */
export interface Part {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

/** Where an answer ends, and whether there is more behind its ends. */
export interface Ends {
  startCursor: string | null;
  endCursor: string | null;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

/** What a list is read from. Each rejects with what it could not be had for. */
export interface Source<Row> {
  /** How many there are, and the first page. */
  open(): Promise<{ totalCount: number; nodes: readonly Row[]; pageInfo: Ends }>;
  page(part: Part): Promise<{ nodes: readonly Row[]; pageInfo: Ends }>;
  /** The same without rows. */
  step(part: Part): Promise<Ends>;
  /** Rows that were let go. */
  again(ids: readonly string[]): Promise<readonly Row[]>;
}

type End = "front" | "back";

/** A page by its number from the end that it is asked from. */
interface Spot {
  end: End;
  number: number;
}

interface Page<Row> {
  /** The place of its first row. */
  first: number;
  ids: readonly string[];
  /** None once they were let go. */
  rows: ReadonlyMap<string, Row> | undefined;
}

interface HasId {
  id: string;
}

/**
 * A list by its places.
 *
 * Connections go on from a cursor and can't be asked for the 50,000th row. So there are two runs of pages: one is counted from
 * the front and one from the end, and they meet in the middle; both ends are one request away. What lies between is reached
 * by going over it from the nearer end, five pages at once and without rows. A cursor that was met on the way is kept, so that
 * no way is gone twice.
 *
 * A row keeps the place at which it was first seen until the list is opened anew, whatever becomes of it: of pages that are
 * far away only the ids stay, and their rows are had back by them.
 */
export class LongList<Row extends HasId> {
  /** None before the first answer. */
  totalCount: number | undefined;
  /** What could not be read; nothing more is asked for until `retry`. */
  problem: unknown;
  /** Raised whenever something changed. */
  version = 0;

  private readonly source: Source<Row>;
  private readonly stay: () => Promise<void>;
  private readonly listeners = new Set<() => void>();
  private pages = new Map<string, Page<Row>>();
  /** Behind which cursor a page begins, by its number: from the front and from the end. */
  private cursors = { front: new Map<number, string>(), back: new Map<number, string>() };
  /** From which page on a run has nothing, because rows went since they were counted. */
  private over = { front: Number.POSITIVE_INFINITY, back: Number.POSITIVE_INFINITY };
  private seen: readonly [from: number, to: number] = [0, 0];
  /** Which opening is being read; answers of one before come too late. */
  private run = 0;
  private isAtWork = false;

  /** Waits until somebody stays; `stay` is another clock for tests. */
  constructor(source: Source<Row>, stay = () => new Promise<void>((done) => setTimeout(done, STAY_MS))) {
    this.source = source;
    this.stay = stay;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Reads it from the beginning; what is there is shown until then. */
  async open(): Promise<void> {
    this.run += 1;
    const mine = this.run;
    this.isAtWork = false;
    try {
      const { totalCount, nodes, pageInfo } = await this.source.open();
      if (mine !== this.run) {
        return;
      }
      this.totalCount = totalCount;
      this.problem = undefined;
      this.pages = new Map();
      this.cursors = { front: new Map(), back: new Map() };
      this.over = { front: Number.POSITIVE_INFINITY, back: Number.POSITIVE_INFINITY };
      if (totalCount > 0) {
        this.fill({ end: "front", number: 0 }, nodes, pageInfo);
      }
      this.tell();
      void this.work();
    } catch (problem) {
      this.fail(mine, problem);
    }
  }

  /** Takes no answer any more. */
  close(): void {
    this.run += 1;
    this.isAtWork = false;
  }

  retry(): void {
    this.problem = undefined;
    this.tell();
    void (this.totalCount === undefined ? this.open() : this.work());
  }

  /** Says which places are in sight: they are filled first, and what is far from them is let go. */
  look(from: number, to: number): void {
    this.seen = [from, to];
    void this.work();
  }

  at(place: number): Row | undefined {
    const page = this.pageOf(place);
    const id = page?.ids[place - page.first];
    return id === undefined ? undefined : page?.rows?.get(id);
  }

  /** Whether it is known that nothing stands here any more. */
  isGone(place: number): boolean {
    const page = this.pageOf(place);
    return page?.rows !== undefined && this.at(place) === undefined;
  }

  /** The ids that are known without a gap around a place, in their order. */
  around(place: number): string[] {
    const idAt = (other: number) => {
      const page = this.pageOf(other);
      return page?.ids[other - page.first];
    };
    let from = place;
    while (idAt(from - 1) !== undefined) {
      from -= 1;
    }
    const ids: string[] = [];
    for (let other = from, id = idAt(other); id !== undefined; id = idAt(other)) {
      ids.push(id);
      other += 1;
    }
    return ids;
  }

  /** Takes rows as they are now, where they stand. */
  update(rows: readonly Row[]): void {
    const now = new Map(rows.map((row) => [row.id, row]));
    for (const [key, page] of this.pages) {
      if (page.rows !== undefined && page.ids.some((id) => now.has(id))) {
        const next = page.ids.flatMap((id) => now.get(id) ?? page.rows?.get(id) ?? []);
        this.pages.set(key, { ...page, rows: byId(next) });
      }
    }
    this.tell();
  }

  /** How many rows are kept. */
  get kept(): number {
    return [...this.pages.values()].reduce((sum, { rows }) => sum + (rows?.size ?? 0), 0);
  }

  /** From which place on pages are counted from the end. */
  private get border(): number {
    const total = this.totalCount ?? 0;
    return total <= SHORT ? total : PAGE * Math.floor(total / 2 / PAGE);
  }

  private spotOf(place: number): Spot {
    const total = this.totalCount ?? 0;
    return place < this.border
      ? { end: "front", number: Math.floor(place / PAGE) }
      : { end: "back", number: Math.floor((total - 1 - place) / PAGE) };
  }

  private pageOf(place: number): Page<Row> | undefined {
    return this.pages.get(keyOf(this.spotOf(place)));
  }

  /** The places of a page: from the first to before the second. */
  private placesOf({ end, number }: Spot): [number, number] {
    const total = this.totalCount ?? 0;
    return end === "front"
      ? [number * PAGE, Math.min(this.border, (number + 1) * PAGE)]
      : [Math.max(this.border, total - (number + 1) * PAGE), total - number * PAGE];
  }

  /** The nearest page in sight without rows. */
  private wanted(): Spot | undefined {
    const last = Math.min(this.seen[1], (this.totalCount ?? 0) - 1);
    for (let place = Math.max(0, this.seen[0]); place <= last; ) {
      const spot = this.spotOf(place);
      if (this.pages.get(keyOf(spot))?.rows === undefined) {
        return spot;
      }
      place = this.placesOf(spot)[1];
    }
    return undefined;
  }

  /** Asks, one request after another, until all that is in sight is there. What is in sight may change meanwhile. */
  private async work(): Promise<void> {
    if (this.isAtWork || this.totalCount === undefined) {
      return;
    }
    this.isAtWork = true;
    const mine = this.run;
    let stayed: string | undefined;
    try {
      for (let spot = this.wanted(); spot !== undefined && this.problem === undefined; spot = this.wanted()) {
        if (this.isFar(spot) && stayed !== keyOf(spot)) {
          stayed = keyOf(spot);
          await this.stay();
          continue;
        }
        const take = await this.ask(spot);
        if (mine !== this.run) {
          return;
        }
        take();
        this.letGo();
        this.tell();
      }
      this.isAtWork = false;
    } catch (problem) {
      this.fail(mine, problem);
    }
  }

  /** Whether there is a way to go before a page can be asked for. */
  private isFar(spot: Spot): boolean {
    const { end, number } = spot;
    const isKnown = number === 0 || this.cursors[end].has(number) || this.pages.has(keyOf(spot));
    return !isKnown && number < this.over[end];
  }

  /** The next request on the way to a page, and what its answer means. */
  private async ask(spot: Spot): Promise<() => void> {
    const { end, number } = spot;
    const known = this.pages.get(keyOf(spot));
    if (known !== undefined) {
      const rows = byId(await this.source.again(known.ids));
      return () => this.pages.set(keyOf(spot), { ...known, rows });
    }
    if (number >= this.over[end]) {
      return () => this.fill(spot, [], undefined);
    }
    const cursors = this.cursors[end];
    let from = number;
    while (from > 0 && !cursors.has(from)) {
      from -= 1;
    }
    if (from === number) {
      const { nodes, pageInfo } = await this.source.page(partOf(end, PAGE, cursors.get(from)));
      return () => this.fill(spot, nodes, pageInfo);
    }
    const stride = Math.min(STRIDE, number - from);
    const ends = await this.source.step(partOf(end, stride * PAGE, cursors.get(from)));
    return () => this.note(end, from + stride, ends);
  }

  private fill(spot: Spot, nodes: readonly Row[], ends: Ends | undefined): void {
    const [first, behind] = this.placesOf(spot);
    // Of a page that is cut where the runs meet, what is nearer to its end is taken; rows that came since wait.
    const rows = spot.end === "front" ? nodes.slice(0, behind - first) : nodes.slice(first - behind);
    const start = spot.end === "front" ? first : behind - rows.length;
    const ids = rows.map(({ id }) => id);
    this.pages.set(keyOf(spot), { first: start, ids, rows: byId(rows) });
    if (ends !== undefined) {
      this.note(spot.end, spot.number + 1, ends);
    }
  }

  private note(end: End, number: number, ends: Ends): void {
    const cursor = end === "front" ? ends.endCursor : ends.startCursor;
    const hasMore = end === "front" ? ends.hasNextPage : ends.hasPreviousPage;
    if (cursor !== null) {
      this.cursors[end].set(number, cursor);
    }
    if (!hasMore || cursor === null) {
      this.over[end] = Math.min(this.over[end], number);
    }
  }

  private letGo(): void {
    const [from, to] = this.seen;
    for (const [key, page] of this.pages) {
      const isFar = page.first + PAGE < from - NEAR * PAGE || page.first > to + NEAR * PAGE;
      if (isFar && page.rows !== undefined) {
        this.pages.set(key, { ...page, rows: undefined });
      }
    }
  }

  private fail(mine: number, problem: unknown): void {
    if (mine === this.run) {
      this.isAtWork = false;
      this.problem = problem;
      this.tell();
    }
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

function keyOf({ end, number }: Spot): string {
  return `${end} ${number}`;
}

function byId<Row extends HasId>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function partOf(end: End, count: number, cursor: string | undefined): Part {
  if (end === "front") {
    return { first: count, ...(cursor === undefined ? {} : { after: cursor }) };
  }
  return { last: count, ...(cursor === undefined ? {} : { before: cursor }) };
}
