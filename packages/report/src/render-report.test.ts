import type { SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { renderReport } from "./render-report.js";
import { buildResult } from "./result/build.js";
import type { TwoRoles } from "./testing/fake-roles.js";
import { runFixture, withTestOpened } from "./testing/fixture.js";

const plain = (page: string): string => page.replaceAll("\u00a0", " ");

function countOf(page: string, pattern: RegExp): number {
  return [...page.matchAll(pattern)].length;
}

describe("renderReport", () => {
  it("gives the same bytes for the same events, whatever was drawn before", async () => {
    const events = await runFixture({ config: { budget: 30 } });
    const first = renderReport(events);
    renderReport(await runFixture({ config: { searcher: "random", budget: 5 } }));
    expect(renderReport(events)).toBe(first);
  });

  it("asks nothing of the network and of other files", async () => {
    const page = renderReport(await runFixture({ config: { budget: 30 } }));
    const references = [...page.matchAll(/(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map(
      ([, link, url]) => link ?? url ?? "",
    );
    expect(references.filter((reference) => !reference.startsWith("#"))).toEqual([]);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:/);
  });

  it("keeps hostile answers text", async () => {
    const hostile = `<script>alert(1)</script><img src=x onerror="alert(2)">\n</pre>'"&\u0000`;
    const roles: TwoRoles = {
      proposeStrategy: async () => ({ kind: "answered", value: hostile, exchanges: [] }),
      proposeCandidates: async () => ({
        kind: "answered",
        value: [{ text: hostile, problem: hostile }],
        exchanges: [],
      }),
    };
    const page = renderReport(
      await runFixture({
        config: { budget: 4, iterations: 3 },
        roles,
        roleNames: { navigator: hostile, [hostile]: "heuristic" },
        supernet: { name: hostile, executionProvider: hostile },
      }),
    );
    expect(countOf(page, /<script/g)).toBe(1);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("\u0000");
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("is marked up for readers who do not see it", async () => {
    const page = renderReport(await runFixture({ config: { budget: 30, targetTop1Percent: 79 } }));
    expect(countOf(page, /<table/g)).toBe(countOf(page, /<caption/g));
    expect(countOf(page, /<svg/g)).toBe(
      countOf(page, /<svg[^>]* role="img"[^>]*>\n<title [^>]*>[^<]+<\/title>\n<desc [^>]*>[^<]+/g),
    );
    expect(countOf(page, /<h1/g)).toBe(1);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("leaves the colours of charts to the page's light and dark styles", async () => {
    const page = renderReport(await runFixture({ config: { budget: 30 } }));
    expect(page).not.toMatch(/#000[12][0-9a-f]{2}/);
    expect(page).toContain('fill="var(--ramp-7)"');
  });

  it("tells what was found, within which limit and at what cost", async () => {
    const page = plain(renderReport(await runFixture({ config: { budget: 120 } })));
    expect(page).toMatch(
      /<title>[\d.]+ % validation top-1 within 420 M FLOPs · fixture-1<\/title>/,
    );
    expect(page).toContain("120 evaluated subnets of ofa-w1.0");
    expect(page).toContain("limit 420 M FLOPs");
    expect(page).toContain(
      'collm subnet evaluate</span> <span class="flag">--supernet SUPERNET.yaml<',
    );
    expect(page).not.toContain("collm resume");
  });

  it("says how many candidates were repaired, and which", async () => {
    const events = await runFixture({ config: { budget: 40, repair: "limits" } });
    const { repaired, rejections, funnel } = buildResult(events);
    expect(repaired).toBeGreaterThan(0);
    expect(rejections["over-limit"]).toBe(0);
    expect(funnel.legal).toBeLessThanOrEqual(funnel.parsed);
    const page = renderReport(events);
    expect(page).toContain(`legal and within the limits: ${repaired}.`);
    expect(page).toMatch(/<td class="optional">[^<]*repaired<\/td>/);
    const usual = await runFixture({ config: { budget: 40 } });
    expect(buildResult(usual).repaired).toBe(0);
    expect(renderReport(usual)).not.toContain("epaired");
  });

  it("says that accuracies are synthetic and that roles are heuristics", async () => {
    const page = renderReport(
      await runFixture({
        config: { budget: 5 },
        supernet: { isSynthetic: true },
        roleNames: { navigator: "heuristic", generator: "heuristic" },
      }),
    );
    expect(page).toContain("% synthetic validation <");
    expect(page).toContain("Synthetic accuracies.");
    expect(page).toContain("The navigator and generator were played by rules");
    expect(page).toContain("The strategies below are templates");
    expect(page).toContain("built-in heuristic, no language model");
  });

  it("says so too when rules played a role for a part of the search", async () => {
    const [started, ...events] = await runFixture({
      config: { budget: 5 },
      roleNames: { navigator: "openai:a", generator: "openai:b" },
      stopAt: { events: 12, request: { kind: "shutdown", reason: "stopped" } },
    });
    const last = events.at(-1);
    if (!started || !last) throw new Error("the fixture is empty");
    const { v, searchId, at } = last;
    const roles = { navigator: "heuristic", generator: "openai:b" };
    const resumed: SearchEvent = {
      v,
      searchId,
      at,
      seq: last.seq + 1,
      type: "SearchResumed",
      roles,
    };
    const page = renderReport([started, ...events, resumed]);
    expect(page).toContain("The navigator was played by rules");
    expect(page).toContain("for a part of the search");
    expect(page).toContain("strategies of that part are templates");
    expect(page).toContain("does not hold the pauses before a resume");
  });

  it("shows costs that are the same number once", async () => {
    const events = await runFixture({ config: { budget: 4 } });
    const page = renderReport(events);
    expect(page).toContain(">MACs (= official FLOPs)<");
    expect(page).not.toContain(">Official FLOPs<");
    const different = renderReport(
      events.map((event) =>
        event.type === "EvaluationRequested"
          ? { ...event, cost: { ...event.cost, officialFlops: event.cost.macs + 1 } }
          : event,
      ),
    );
    expect(different).toContain(">Official FLOPs<");
    expect(different).toContain(">MACs<");
  });

  it("does not say that a journal without an end runs", async () => {
    const events = await runFixture({ config: { budget: 6 } });
    const page = plain(renderReport(events.slice(0, 10)));
    expect(page).toContain(">not finished, last event 2026-07-29 12:00:");
  });

  it("holds the command that repeats the search", async () => {
    const events = await runFixture({
      config: { budget: 4, seed: 7, overLimit: "evaluate", iterations: 3, targetTop1Percent: 99 },
      roleNames: { navigator: "heuristic", generator: "openai:qwen3-8b" },
    });
    const page = renderReport(events, { supernetManifest: "a.yaml", command: "npx collm" });
    expect(page.replace(/<\/?span[^>]*>/g, "")).toContain(
      "<code>COLLM_SEARCH_OVER_LIMIT=evaluate npx collm search --supernet a.yaml --searcher collm " +
        "--preset default --seed 7 --max-flops 420000000 --target 99 --budget 4 --iterations 3 " +
        "--candidates 15 --llm navigator=heuristic --llm generator=openai:qwen3-8b@BASE_URL --no-test</code>",
    );
  });

  it("renders strategies, folds their directives and keeps the text as it was written", async () => {
    const strategy = 'Go **wide**.\n\n- one\n\n```directives\n{"explore": 1}\n```\n';
    const roles: TwoRoles = {
      proposeStrategy: async () => ({ kind: "answered", value: strategy, exchanges: [] }),
      proposeCandidates: async () => ({ kind: "answered", value: [], exchanges: [] }),
    };
    const page = renderReport(await runFixture({ config: { budget: 4, iterations: 1 }, roles }));
    expect(page).toContain("<p>Go <strong>wide</strong>.</p>\n<ul><li>one</li></ul>");
    expect(page).toContain("<details><summary>Directives</summary>");
    expect(page).toContain("Go **wide**.\n\n- one\n\n```directives");
  });

  it("shows the test accuracy only once the split was opened", async () => {
    const events = await runFixture({ config: { budget: 5 } });
    expect(renderReport(events)).toContain("the test split was not opened");
    const opened = withTestOpened(events);
    expect(renderReport(opened.slice(0, -1))).toContain("opened, no result yet");
    expect(plain(renderReport(opened))).toContain("<dd>77.50 %");
  });

  it("quotes paths in the command lines", async () => {
    const events = await runFixture({ config: { budget: 1 } });
    const page = renderReport(events, { runDirectory: "my runs/it's", supernetManifest: "a.yaml" });
    expect(page).toContain("report &#39;my runs/it&#39;\\&#39;&#39;s&#39;");
  });

  it("is complete at every point of a search", async () => {
    const events = await runFixture({ config: { budget: 6, iterations: 2 } });
    for (let length = 1; length <= events.length; length += 3) {
      const page = renderReport(events.slice(0, length));
      expect(page).toContain("</html>");
      expect(page).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("says how to go on after an interruption before the first evaluation", async () => {
    const events: SearchEvent[] = await runFixture({
      stopAt: { events: 3, request: { kind: "shutdown", reason: "the evaluator died" } },
    });
    const page = renderReport(events);
    expect(page).toContain("No subnet was evaluated yet");
    expect(page).toContain("can be resumed: the evaluator died");
    expect(page).toContain(">collm resume runs/fixture-1<");
  });

  it("says so when nothing evaluated is within the limit", async () => {
    const page = plain(
      renderReport(
        await runFixture({
          config: { budget: 5, overLimit: "evaluate", limits: { maxFlops: 50_000_000 } },
        }),
      ),
    );
    expect(page).toContain("No evaluated subnet is within 50 M FLOPs");
    expect(page).toContain("there is no winner");
  });

  it("holds all of a thousand evaluations", async () => {
    const events = await runFixture({
      config: { searcher: "random", budget: 1_000, candidatesPerIteration: 50 },
    });
    const page = renderReport(events);
    expect(countOf(page, /<tr[^>]*><td class="number optional" data-value/g)).toBe(1_000);
    expect(page.length).toBeLessThan(3_000_000);
  }, 60_000);
});
