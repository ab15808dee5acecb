import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { CollmError } from "@collm/errors";
import { renderTemplate } from "./template.js";

/** The prompts of one role in one version: the files `<folder>/<name>/*.md`. */
export interface PromptSet {
  readonly name: string;
  /** SHA-256 over names and contents of all files; journaled with every request. */
  readonly digest: string;
  /** Fills in a file, named without `.md`. Throws `invalid-argument` as {@link renderTemplate} does. */
  render(file: string, values: Readonly<Record<string, string>>): string;
}

/**
 * Reads a prompt set.
 *
 * @param folder of all sets, e.g. `services/navigator/prompts/`
 * @param files that the role needs, without `.md`
 * @throws CollmError not-found when the set or one of the files is missing
 */
export async function loadPromptSet(
  folder: URL,
  name: string,
  files: readonly string[],
): Promise<PromptSet> {
  // A set's name is one folder name, never a path out of the folder.
  const found = /^[\w-][\w.-]*$/.test(name)
    ? await readdir(new URL(`${name}/`, folder)).catch(() => [])
    : [];
  const names = found.filter((file) => file.endsWith(".md")).sort();
  const missing = files.filter((file) => !names.includes(`${file}.md`));
  if (names.length === 0 || missing.length > 0) {
    const sets = (await readdir(folder, { withFileTypes: true }).catch(() => []))
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    const problem =
      names.length === 0
        ? `there is no such set; there are ${sets.join(", ") || "none"}`
        : `it lacks ${missing.map((file) => `${file}.md`).join(", ")}`;
    throw new CollmError("not-found", `prompt set "${name}": ${problem}`);
  }
  const texts = new Map<string, string>();
  for (const file of names) {
    texts.set(file.slice(0, -3), await readFile(new URL(`${name}/${file}`, folder), "utf8"));
  }
  return {
    name,
    digest: digestOf(texts),
    render: (file, values) => {
      const text = texts.get(file);
      if (text === undefined)
        throw new CollmError("not-found", `prompt set "${name}": no ${file}.md`);
      return renderTemplate(text, values, `${name}/${file}.md`);
    },
  };
}

function digestOf(texts: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  // Lengths keep two files from hashing like one.
  for (const [name, text] of texts) hash.update(`${name}\n${Buffer.byteLength(text)}\n${text}\n`);
  return hash.digest("hex");
}
