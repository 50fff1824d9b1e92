import { describe, expect, it } from "vitest";

import { type Ends, LongList, type Part, type Source } from "./long-list";

interface Row {
  id: string;
  word: string;
}

/** A list of so many rows, which counts what it is asked. */
class Counted implements Source<Row> {
  asked: string[] = [];
  rows: Row[];
  isAway = false;

  constructor(count: number) {
    this.rows = Array.from({ length: count }, (_, place) => ({ id: `row-${place}`, word: "old" }));
  }

  async open() {
    const { nodes, pageInfo } = this.part({ first: 100 });
    return { totalCount: this.rows.length, nodes, pageInfo };
  }

  async page(part: Part) {
    return this.part(part);
  }

  async step(part: Part): Promise<Ends> {
    return this.part(part).pageInfo;
  }

  async again(ids: readonly string[]) {
    this.note(`again ${ids.length}`);
    return this.rows.filter(({ id }) => ids.includes(id));
  }

  private note(words: string) {
    if (this.isAway) {
      throw new Error("it is away");
    }
    this.asked.push(words);
  }

  private part({ first, after, last, before }: Part): { nodes: Row[]; pageInfo: Ends } {
    this.note(first === undefined ? `last ${last}` : `first ${first}`);
    const placeOf = (id: string) => this.rows.findIndex((row) => row.id === id);
    const begin = after === undefined ? 0 : placeOf(after) + 1;
    const end = before === undefined ? this.rows.length : placeOf(before);
    const [from, to] =
      first === undefined ? [Math.max(begin, end - (last ?? 0)), end] : [begin, Math.min(end, begin + first)];
    const nodes = this.rows.slice(from, to);
    return {
      nodes,
      pageInfo: {
        startCursor: nodes[0]?.id ?? null,
        endCursor: nodes.at(-1)?.id ?? null,
        hasPreviousPage: from > 0,
        hasNextPage: to < this.rows.length,
      },
    };
  }
}

async function opened(source: Counted): Promise<LongList<Row>> {
  const list = new LongList(source, async () => {});
  await list.open();
  return list;
}

/** Looks at places until they are there. */
async function looked(list: LongList<Row>, from: number, to = from + 30): Promise<void> {
  list.look(from, to);
  for (let turn = 0; turn < 2_000 && list.at(to) === undefined && list.problem === undefined; turn += 1) {
    await Promise.resolve();
  }
}

describe("a list of 100,000 rows", () => {
  it("is as long as it is, and both of its ends are one request away", async () => {
    const source = new Counted(100_000);
    const list = await opened(source);
    expect(list.totalCount).toBe(100_000);
    expect(list.at(99)?.id).toBe("row-99");
    await looked(list, 99_960, 99_999);
    expect(list.at(99_999)?.id).toBe("row-99999");
    expect(list.at(99_900)?.id).toBe("row-99900");
    expect(source.asked).toEqual(["first 100", "last 100"]);
  });

  it("is gone over without its rows to its middle, and no way twice", async () => {
    const source = new Counted(100_000);
    const list = await opened(source);
    await looked(list, 30_150, 30_180);
    expect(list.at(30_170)?.id).toBe("row-30170");
    // 300 pages lie before it, five at a time; the first was there.
    expect(source.asked.filter((asked) => asked === "first 500")).toHaveLength(60);
    source.asked = [];
    await looked(list, 29_990, 30_010);
    expect(list.at(29_990)?.id).toBe("row-29990");
    expect(source.asked.length).toBeLessThan(8);
  });

  it("goes nowhere that is only passed by", async () => {
    const source = new Counted(100_000);
    let arrive = () => {};
    const list = new LongList(source, () => new Promise((done) => (arrive = done)));
    await list.open();
    list.look(40_000, 40_030);
    list.look(60_000, 60_030);
    list.look(99_960, 99_999);
    arrive();
    await looked(list, 99_960, 99_999);
    expect(source.asked).toEqual(["first 100", "last 100"]);
  });

  it("has a row once, and one at each place, where the runs meet", async () => {
    const list = await opened(new Counted(2_345));
    await looked(list, 1_090, 1_250);
    const places = Array.from({ length: 161 }, (_, place) => list.at(1_090 + place)?.id);
    expect(places).toEqual(places.map((_, place) => `row-${1_090 + place}`));
  });

  it("keeps rows near what is seen and lets the others go, whose places they keep", async () => {
    const source = new Counted(100_000);
    const list = await opened(source);
    for (let place = 0; place < 20_000; place += 60) {
      await looked(list, place);
      expect(list.kept).toBeLessThan(1_200);
    }
    expect(list.at(10)).toBeUndefined();
    source.rows.splice(0, 3, { id: "row-new", word: "new" });
    source.asked = [];
    await looked(list, 0, 20);
    expect(source.asked).toEqual(["again 100"]);
    expect(list.at(20)?.id).toBe("row-20");
    expect(list.isGone(1)).toBe(true);
  });
});

describe("a list that changes", () => {
  it("takes rows as they are now, where they stand", async () => {
    const list = await opened(new Counted(300));
    const before = list.version;
    list.update([{ id: "row-7", word: "new" }]);
    expect([list.at(6), list.at(7)].map((row) => row?.word)).toEqual(["old", "new"]);
    expect(list.version).toBeGreaterThan(before);
  });

  it("says that nothing is at a place whose rows went since they were counted", async () => {
    const source = new Counted(350);
    const list = await opened(source);
    source.rows.splice(150);
    await looked(list, 100, 149);
    await looked(list, 300, 330);
    for (let turn = 0; turn < 50; turn += 1) {
      await Promise.resolve();
    }
    expect(list.at(149)?.id).toBe("row-149");
    expect([list.isGone(149), list.isGone(150), list.isGone(330)]).toEqual([false, true, true]);
    await list.open();
    expect(list.totalCount).toBe(150);
  });

  it("asks nothing more once it could not be read, until it is told to", async () => {
    const source = new Counted(5_000);
    const list = await opened(source);
    source.isAway = true;
    await looked(list, 4_950, 4_999);
    expect(list.problem).toBeInstanceOf(Error);
    expect(list.at(0)?.id).toBe("row-0");
    source.isAway = false;
    list.retry();
    await looked(list, 4_950, 4_999);
    expect(list.at(4_999)?.id).toBe("row-4999");
  });

  it("knows the rows around one without a gap", async () => {
    const list = await opened(new Counted(100_000));
    await looked(list, 99_900, 99_999);
    expect(list.around(5)).toHaveLength(100);
    expect(list.around(99_950)).toHaveLength(100);
    expect(list.around(50_000)).toEqual([]);
  });
});
