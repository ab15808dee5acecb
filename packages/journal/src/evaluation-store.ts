import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CollmError, checkValue, errnoOf, fileError } from "@collm/errors";
import { type EvaluationResult, type EvaluationStore, evaluationResultSchema } from "@collm/search";
import { z } from "zod";
import { makeDirectory } from "./directories.js";
import { writeNewFile } from "./write-new-file.js";

const entrySchema = z.strictObject({
  v: z.literal(1),
  key: z.string(),
  result: evaluationResultSchema,
});

/** A temporary file that is older than this belongs to a process that was killed. */
const abandonedAfterMs = 3_600_000;

/**
 * Finished evaluations as files, for any number of processes at once:
 *
 *     <directory>/3f/3f9c…e1.json    {"v":1,"key":"…","result":{…}}, named by SHA-256 of the key
 *     <directory>/tmp/               files being written
 *
 * The first write wins, and a result is never seen half-written.
 *
 * Reading throws `data-loss` naming the file if it is damaged; deleting the file lets the
 * evaluation run again.
 */
export function openFileEvaluationStore(directory: string): EvaluationStore {
  const temporary = join(directory, "tmp");
  let prepared: Promise<void> | undefined;

  async function prepare(): Promise<void> {
    await makeDirectory(temporary);
    await removeAbandoned(temporary);
  }

  /** A failure is not kept: a disk that was full may have room at the next write. */
  function prepareOnce(): Promise<void> {
    prepared ??= prepare().catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  }

  async function read(key: string): Promise<EvaluationResult | undefined> {
    const path = pathOf(directory, key);
    try {
      return parseEntry(path, key, await readFile(path, "utf8"));
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw fileError("evaluation", path, error);
    }
  }

  async function write(key: string, result: EvaluationResult): Promise<EvaluationResult> {
    const known = await read(key);
    if (known !== undefined) return known;
    const path = pathOf(directory, key);
    try {
      await prepareOnce();
      await makeDirectory(dirname(path));
      const text = formatEntry(key, result);
      if (await writeNewFile(path, text, join(temporary, randomUUID()))) return result;
    } catch (error) {
      throw fileError("evaluation", path, error);
    }
    // Somebody else was first, and what is linked is whole.
    return (await read(key)) ?? result;
  }

  return { read, write };
}

function pathOf(directory: string, key: string): string {
  const digest = createHash("sha256").update(key).digest("hex");
  return join(directory, digest.slice(0, 2), `${digest}.json`);
}

/** Checked before it is written, so that what is stored can be read. */
function formatEntry(key: string, result: EvaluationResult): string {
  const checked = checkValue(entrySchema, { v: 1, key, result });
  if (checked.kind === "valid") return JSON.stringify(checked.value);
  throw new CollmError("invalid-argument", `evaluation ${key}: ${checked.problems[0]}`);
}

function parseEntry(path: string, key: string, text: string): EvaluationResult {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new CollmError("data-loss", `evaluation ${path}: is not a stored evaluation`);
  }
  if (parsed.data.key !== key) {
    throw new CollmError(
      "data-loss",
      `evaluation ${path}: key: got "${parsed.data.key}", expected is "${key}"`,
    );
  }
  return parsed.data.result;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function removeAbandoned(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const modified = await stat(path).catch(() => undefined);
    if (modified !== undefined && Date.now() - modified.mtimeMs > abandonedAfterMs) {
      await unlink(path).catch(() => undefined);
    }
  }
}
