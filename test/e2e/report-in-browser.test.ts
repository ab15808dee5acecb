import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { renderReport } from "@collm/report";
import { runFixture } from "@collm/report/testing";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";

const executablePath = process.env.COLLM_CHROMIUM ?? "/usr/bin/chromium";

describe.skipIf(!existsSync(executablePath))(
  `report.html in a real browser (skipped without ${executablePath})`,
  () => {
    let workspace: Workspace;
    let browser: Browser;
    const complaints: string[] = [];
    const requests: string[] = [];

    beforeAll(async () => {
      workspace = await Workspace.create();
      browser = await chromium.launch({
        executablePath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-component-update"],
      });
    });
    afterAll(async () => {
      await browser?.close();
      await workspace?.remove();
    });

    async function open(width: number): Promise<Page> {
      const file = join(workspace.path, "report.html");
      await writeFile(file, renderReport(await runFixture({ config: { budget: 40 } })));
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      return page;
    }

    it("draws every chart, asks for no other file and has nothing to complain about", async () => {
      const page = await open(1280);
      const sizes = await page.locator("svg:visible").evaluateAll((charts) =>
        charts.map((chart) => {
          const { width, height } = chart.getBoundingClientRect();
          return { width, height, marks: chart.querySelectorAll("path, circle, rect").length };
        }),
      );
      expect(sizes.length).toBeGreaterThanOrEqual(3);
      for (const size of sizes) {
        expect(size.width).toBeGreaterThan(300);
        expect(size.height).toBeGreaterThan(100);
        expect(size.marks).toBeGreaterThan(3);
      }
      expect(requests).toHaveLength(1);
      expect(complaints).toEqual([]);
    });

    it("sorts the candidates by a column that is clicked, and back", async () => {
      const page = await open(1280);
      const top1 = (): Promise<number[]> =>
        page
          .locator("#candidates tbody tr td:nth-child(3)")
          .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
      const button = page.locator("#candidates thead th:nth-child(3) button");
      const descending = [...(await top1())].sort((a, b) => b - a);
      await page.locator("#candidates thead th:nth-child(2) button").click();
      expect(await top1()).not.toEqual(descending);
      await button.click();
      expect(await top1()).toEqual(descending);
      await button.click();
      expect(await top1()).toEqual(descending.toReversed());
    });

    it("shows the candidates' architectures whole, at any width", async () => {
      for (const width of [1280, 400]) {
        const page = await open(width);
        const [overflow, cells] = await page
          .locator("#candidates .scroll")
          .evaluate((box) => [
            box.scrollWidth - box.clientWidth,
            box.querySelectorAll("td.architecture").length,
          ]);
        expect({ width, overflow, cells }).toEqual({ width, overflow: 0, cells: 40 });
      }
    });

    it("fits a narrow screen: only tables and charts scroll sideways, not the page", async () => {
      const page = await open(400);
      const overflow = await page
        .locator("html")
        .evaluate((root) => root.scrollWidth - root.clientWidth);
      expect(overflow).toBe(0);
    });
  },
);
