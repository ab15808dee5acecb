import { access, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { readYaml, searchFileSchema } from "@collm/config";
import { CollmError, checkValue, withFile } from "@collm/errors";
import {
  acquireWriterLock,
  isWriterLockHeld,
  openJournalFile,
  readJournalFile,
} from "@collm/journal";
import {
  best,
  foldEvents,
  journalVersion,
  parseSearchId,
  type SearchEvent,
  type SearchId,
  type SearchState,
  searchConfigSchema,
} from "@collm/search";
import { stringify as stringifyYaml } from "yaml";
import { z } from "zod";
import { collmCommand } from "./command-line.js";

/** How a search was started, so that `resume` needs nothing but the directory. */
const launchSchema = z.strictObject({
  searchId: z.string(),
  /** Absolute path of the manifest; at a coordinator elsewhere NAME or NAME@DIGEST. */
  supernet: z.string(),
  /** Where the search was sent to; absent for a search on this machine. */
  coordinator: z.string().optional(),
  prompts: searchFileSchema.shape.prompts,
  navigator: searchFileSchema.shape.navigator,
  generator: searchFileSchema.shape.generator,
  evaluator: searchFileSchema.shape.evaluator,
  /** Resolved; once the search has started the journal's copy counts. */
  search: searchConfigSchema,
});

export type Launch = z.infer<typeof launchSchema>;

const subnetName = "best/subnet.onnx";
/** There while services run for the search. */
const coordinatorName = "coordinator.address";

/**
 * The user's view of a search. The journal is the truth; everything else here is written from
 * it and can be written again.
 *
 *     config.yaml  events.jsonl  result.json  report.html  best/architecture.json  best/subnet.onnx  logs/
 */
export class RunDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Id of the search that starts here: the directory's name, with what an id may not contain replaced. */
  get searchId(): SearchId {
    const name = basename(this.path)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .replace(/^-+/, "")
      .slice(0, 63);
    return parseSearchId(name === "" ? "search" : name);
  }

  get journalPath(): string {
    return join(this.path, "events.jsonl");
  }

  /** Held by the command that works on the search, from before its services start. */
  get #lockPath(): string {
    return join(this.path, "session.lock");
  }

  get logPath(): string {
    return join(this.path, "logs");
  }

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  /**
   * Does what must not happen twice at once on this directory, which is made if need be and removed
   * if nothing came of it. Throws `failed-precondition` naming the process that is at it.
   *
   * @param name what messages call the directory: the option that named it.
   */
  async hold<T>(work: () => Promise<T>, name = "run directory"): Promise<T> {
    const what = `run directory ${this.path}`;
    const { isNew, lock } = await withFile(name, this.path, async () => ({
      isNew: (await mkdir(this.path, { recursive: true })) !== undefined,
      lock: await acquireWriterLock(what, this.#lockPath),
    }));
    try {
      return await work();
    } finally {
      await lock.release();
      // Fails, as it should, if anything is in it.
      if (isNew) await rmdir(this.path).catch(() => undefined);
    }
  }

  /** Whether a living command works on the search now. */
  isHeld(): Promise<boolean> {
    return isWriterLockHeld(this.#lockPath);
  }

  /**
   * Writes how a new search is started. Throws if a search or other files are already there.
   *
   * @param events what its journal begins with, if it is a fork.
   */
  async create(launch: Launch, events: readonly SearchEvent[] = []): Promise<void> {
    if (await exists(this.journalPath)) {
      throw new CollmError(
        "invalid-argument",
        `--out: ${this.path} already holds a search; resume it (collm resume ${this.path}) or choose another directory`,
      );
    }
    await withFile("--out", this.path, () => mkdir(this.path, { recursive: true }));
    await this.#refuseOtherFiles();
    // First, so that nobody takes a fork without its events for a search that has not started.
    if (events.length > 0) {
      await this.#write(
        basename(this.journalPath),
        events.map((event) => `${JSON.stringify(event)}\n`).join(""),
      );
    }
    await this.#write("config.yaml", stringifyYaml(launch));
  }

  /** A directory of something else must not be overwritten; what a failed start left may be. */
  async #refuseOtherFiles(): Promise<void> {
    const left = new Set([basename(this.#lockPath), basename(this.logPath)]);
    const others = (await readdir(this.path)).filter((name) => !left.has(name));
    if (others.length === 0) return;
    await this.launch().catch(() => {
      throw new CollmError(
        "invalid-argument",
        `--out: ${this.path} holds other files (${others.slice(0, 3).join(", ")}), allowed is a new or empty directory`,
      );
    });
  }

  /** Says where the search's coordinator is, for those who watch from elsewhere; undefined: nowhere. */
  async noteCoordinator(address: string | undefined): Promise<void> {
    if (address === undefined) await rm(join(this.path, coordinatorName), { force: true });
    else await this.#write(coordinatorName, `${address}\n`);
  }

  /**
   * Where the search's coordinator is, or was before a crash, and whether it is one of the embedded mode, which
   * speaks plaintext; undefined if nobody said.
   */
  async coordinator(): Promise<{ address: string; isEmbedded: boolean } | undefined> {
    const own = await readFile(join(this.path, coordinatorName), "utf8").catch(() => "");
    if (own.trim() !== "") return { address: own.trim(), isEmbedded: true };
    const { coordinator } = await this.launch();
    return coordinator === undefined ? undefined : { address: coordinator, isEmbedded: false };
  }

  /**
   * Takes back what `create`, services that did not start and `writeViews` have written, so that
   * the directory can be used again.
   */
  async discard({ keepsLogs }: { readonly keepsLogs: boolean }): Promise<void> {
    const written = [
      coordinatorName,
      "config.yaml",
      basename(this.journalPath),
      "result.json",
      "report.html",
      "best",
    ];
    for (const name of written) {
      await rm(join(this.path, name), { recursive: true, force: true });
    }
    if (!keepsLogs) await rm(this.logPath, { recursive: true, force: true });
  }

  async launch(): Promise<Launch> {
    const path = join(this.path, "config.yaml");
    const text = await readFile(path, "utf8").catch(() => {
      throw new CollmError("not-found", `${this.path}: no run directory (config.yaml is missing)`);
    });
    const { values } = readYaml(path, text);
    const checked = checkValue(launchSchema, values);
    if (checked.kind === "valid") return checked.value;
    throw new CollmError("data-loss", `${path}: ${checked.problems.join("; ")}`);
  }

  /** Whether a search was made here. */
  isMade(): Promise<boolean> {
    return exists(join(this.path, "config.yaml"));
  }

  /** Whether the winner was written as a file. */
  hasSubnet(): Promise<boolean> {
    return exists(join(this.path, subnetName));
  }

  /** The journal's events; empty while the search has not started. */
  async events(): Promise<readonly SearchEvent[]> {
    try {
      return (await readJournalFile(this.journalPath)).events;
    } catch (error) {
      if (error instanceof CollmError && error.code === "not-found") return [];
      throw error;
    }
  }

  /**
   * Writes result, report and the winner's architecture from the journal; nothing while the
   * search has not started.
   */
  async writeViews(): Promise<SearchState> {
    const events = await this.events();
    const state = foldEvents(events);
    if (events.length === 0) return state;
    // The plotting library takes most of a second to load, and most commands draw nothing.
    const { buildResult, renderReport } = await import("@collm/report");
    const options = {
      runDirectory: relative(".", this.path) || ".",
      supernetManifest: supernetWords(await this.launch()),
      command: collmCommand,
    };
    await this.#write("result.json", `${JSON.stringify(buildResult(events), null, 2)}\n`);
    await this.#write("report.html", renderReport(events, options));
    const winner = best(state);
    if (winner && state.space) {
      const notation = state.space.fileNotation(winner.architecture);
      await this.#write("best/architecture.json", `${JSON.stringify(notation)}\n`);
    }
    return state;
  }

  /**
   * Journals that the search rests, unless the journal says so already. For when its coordinator is
   * gone for good: while it lives it has the journal, and this throws.
   */
  async interrupt(reason: string): Promise<void> {
    const journal = await openJournalFile(this.journalPath);
    try {
      const { phase, lastSeq, started } = foldEvents(journal.events);
      if (phase !== "running" || !started) return;
      await journal.append({
        v: journalVersion,
        seq: lastSeq + 1,
        searchId: started.searchId,
        at: new Date().toISOString(),
        type: "SearchInterrupted",
        reason,
      });
    } finally {
      await journal.close();
    }
  }

  async writeSubnet(model: Uint8Array): Promise<void> {
    await this.#write(subnetName, model);
  }

  /** A reader never sees half a file. */
  async #write(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.path, name);
    await withFile("run directory file", path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.tmp`, content);
      await rename(`${path}.tmp`, path);
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** What the report's command for another search says. */
function supernetWords({ supernet, coordinator }: Launch): string {
  return coordinator === undefined ? relative(".", supernet) : supernet;
}
