import { fileURLToPath } from "node:url";

/** The four services, in the order of the flow. */
export const serviceNames = ["navigator", "generator", "coordinator", "evaluator"] as const;

export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(text: string): text is ServiceName {
  return (serviceNames as readonly string[]).includes(text);
}

const isSource = import.meta.url.endsWith(".ts");

/**
 * The entry file of a service. Services are started as processes, never imported: the command
 * line depends on none of them, it only knows where they are in the repository. A compiled command
 * line starts compiled services.
 */
export function entryOf(name: ServiceName): string {
  const file = isSource ? "src/main.ts" : "dist/main.js";
  return fileURLToPath(new URL(`../../../../services/${name}/${file}`, import.meta.url));
}

/** What Node needs before the name of a program's file: nothing if it is compiled. */
export function nodeArguments(file: string): string[] {
  return file.endsWith(".ts")
    ? ["--conditions=@collm/source", "--import", import.meta.resolve("tsx")]
    : [];
}
