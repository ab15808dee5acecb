import { readFileSync } from "node:fs";
import { archive, foldEvents, paretoFront, type SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { runFixture } from "../testing/fixture.js";
import { buildFront } from "./build-front.js";
import { renderFront } from "./render-front.js";
import { frontJsonSchema, searchFrontSchema } from "./schema.js";

/** A search within a limit; the searcher's seed is its id, so that two ids are two searches. */
async function limited(searchId: string, maxMacs: number, seed: number) {
  const config = { searcher: "random", budget: 12, seed, limits: { maxMacs } } as const;
  const events = await runFixture({ config });
  return events.map((event) => ({ ...event, searchId }) as SearchEvent);
}

const trialsOf = (journals: readonly (readonly SearchEvent[])[]) =>
  journals.flatMap((events) => archive(foldEvents(events)));

describe("buildFront", () => {
  it("holds exactly what nothing evaluated by any of the searches beats, cheapest first", async () => {
    const journals = [
      await limited("wide", 500_000_000, 1),
      await limited("tight", 260_000_000, 2),
    ];
    const { front } = buildFront(journals);
    expect(searchFrontSchema.parse(JSON.parse(JSON.stringify(front)))).toEqual(front);
    expect(front.cost).toBe("macs");
    const expected = paretoFront(trialsOf(journals), ({ cost }) => cost.macs);
    expect(front.front.map(({ canonical }) => canonical)).toEqual(
      expected.map(({ architecture }) => architecture.canonical),
    );
    expect(front.searches.map(({ searchId }) => searchId)).toEqual(["tight", "wide"]);
  });

  it("counts a subnet once that two searches evaluated, and names both", async () => {
    const journals = [await limited("one", 500_000_000, 1), await limited("two", 500_000_000, 1)];
    const { front, trials } = buildFront(journals);
    expect(trials).toHaveLength(12);
    expect(front.networks).toBe(12);
    for (const { searchIds } of front.front) expect(searchIds).toEqual(["one", "two"]);
  });

  it("refuses searches whose accuracies do not compare", async () => {
    const one = await limited("one", 500_000_000, 1);
    const other = (await limited("two", 500_000_000, 1)).map((event) =>
      event.type === "SearchStarted"
        ? { ...event, supernet: { ...event.supernet, contextDigest: "0".repeat(64) } }
        : event,
    );
    expect(() => buildFront([one, other])).toThrow(/one has evaluation context .*, two has 0000/);
    expect(() => buildFront([])).toThrow("got none");
  });
});

describe("renderFront", () => {
  it("links to the reports, asks nothing of the network and escapes names", async () => {
    const journals = [
      await limited("tight", 260_000_000, 2),
      await limited("wide", 500_000_000, 1),
    ];
    const view = buildFront(journals);
    const page = renderFront(view, { reports: { tight: 'a"b/report.html' } });
    expect(renderFront(view, { reports: { tight: 'a"b/report.html' } })).toBe(page);
    expect(page).toContain('<a href="a&quot;b/report.html">tight</a>');
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
    const { validation } = view.front.front.at(-1) ?? {};
    expect(page.replaceAll("\u00a0", " ")).toContain(`${validation?.top1Percent.toFixed(2)} %`);
  });

  it("says so where nothing was evaluated yet", async () => {
    const [started] = await limited("empty", 260_000_000, 1);
    expect(renderFront(buildFront([started ? [started] : []]))).toContain("nothing to plot");
  });
});

describe("frontJsonSchema", () => {
  it("is what front.schema.json holds; if not, run `pnpm generate` in this package", () => {
    const committed = readFileSync(new URL("../../front.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(frontJsonSchema())));
  });
});
