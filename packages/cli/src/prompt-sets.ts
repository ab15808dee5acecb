import { readdir } from "node:fs/promises";
import { CollmError } from "@collm/errors";

/** Folders of the roles' prompt sets, in the repository as the services' entries are. */
const folders = ["navigator", "generator"].map(
  (role) => new URL(`../../../services/${role}/prompts/`, import.meta.url),
);

/** Names of the prompt sets that both roles have. */
export async function promptSets(): Promise<readonly string[]> {
  const [first = [], ...others] = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    }),
  );
  return first.filter((name) => others.every((names) => names.includes(name))).sort();
}

/**
 * Refuses a prompt set that a role lacks. Checked here and not only by the services: one whose role is
 * played by the heuristic reads no prompts and would not notice.
 *
 * @param said how a message begins that is about this setting, e.g. `--prompts: got nope`
 * @throws CollmError invalid-argument
 */
export async function refuseUnknownPrompts(name: string | undefined, said: string): Promise<void> {
  const known = await promptSets();
  if (name === undefined || known.includes(name)) return;
  throw new CollmError("invalid-argument", `${said}, allowed is ${known.join(", ")}`);
}
