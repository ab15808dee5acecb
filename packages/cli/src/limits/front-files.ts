import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CollmError, withFile } from "@collm/errors";
import type { CostKind } from "@collm/search-space";
import type { RunDirectory } from "../run-directory.js";

/** What was written about several searches. */
export interface FrontFiles {
  readonly pagePath: string;
  /** The content of `front.json`. */
  readonly json: string;
}

/**
 * Writes `front.json` and `front.html` of searches of one supernet into `folder`. Searches that have
 * not started are left out.
 *
 * @throws `invalid-argument` if none has, or if they do not belong together.
 */
export async function writeFront(
  folder: string,
  runs: readonly RunDirectory[],
  cost: CostKind | undefined,
): Promise<FrontFiles> {
  const journals = await Promise.all(
    runs.map(async (run) => ({ run, events: await run.events() })),
  );
  const begun = journals.filter(({ events }) => events.length > 0);
  // The plotting library takes most of a second to load, and most commands draw nothing.
  const { buildFront, renderFront } = await import("@collm/report");
  try {
    const view = buildFront(
      begun.map(({ events }) => events),
      cost,
    );
    const reports = Object.fromEntries(
      begun.map(({ run, events }) => [
        events[0]?.searchId ?? "",
        encodeURI(relative(folder, run.reportPath)),
      ]),
    );
    const json = `${JSON.stringify(view.front, null, 2)}\n`;
    const pagePath = join(folder, "front.html");
    await write(join(folder, "front.json"), json);
    await write(pagePath, renderFront(view, { reports }));
    return { pagePath, json };
  } catch (error) {
    if (error instanceof RangeError) throw new CollmError("invalid-argument", error.message);
    throw error;
  }
}

/** A reader never sees half a file. */
async function write(path: string, content: string): Promise<void> {
  await withFile("front", path, async () => {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(`${path}.tmp`, content);
    await rename(`${path}.tmp`, path);
  });
}
