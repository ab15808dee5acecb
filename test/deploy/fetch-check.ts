import { parse } from "yaml";
import { type FileSource, processesOf } from "./container-process.js";
import { type Manifest, workloadsOf } from "./manifest.js";

/**
 * What `collm fetch` would refuse or leave out: entries of its list without address or digest, and
 * supernets that the pod's evaluator wants from the same folder but nobody fetches.
 */
export function fetchProblems(
  manifests: readonly Manifest[],
  filesOf: FileSource,
): readonly string[] {
  return workloadsOf(manifests).flatMap((workload) => {
    const processes = processesOf(workload, filesOf);
    return processes.flatMap(({ title, command, files }) => {
      const [program, entry, verb, list = "", flag, directory = ""] = command;
      if (verb !== "fetch") return [];
      const entries = parse(files.get(list) ?? "[]") as readonly Readonly<Record<string, string>>[];
      const fetched = entries.map(({ path }) => `${directory}/${path}`);
      const wanted = processes.flatMap(({ environment }) =>
        (environment.COLLM_SUPERNETS?.split(",") ?? []).filter((path) =>
          path.startsWith(`${directory}/`),
        ),
      );
      return [
        ...(program === "node" && entry === "main.js" && flag === "--to"
          ? []
          : [`its command is ${command.join(" ")}`]),
        ...entries
          .filter(
            ({ url, sha256 }) => !(/^https:/.test(`${url}`) && /^[0-9a-f]{64}$/.test(`${sha256}`)),
          )
          .map(({ path }) => `${path} is listed without an https address or a SHA-256`),
        ...wanted.filter((path) => !fetched.includes(path)).map((path) => `nobody fetches ${path}`),
      ].map((problem) => `${title}: ${problem}`);
    });
  });
}
