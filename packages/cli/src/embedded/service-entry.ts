import { fileURLToPath } from "node:url";

/** The four services, in the order of the flow. */
export const serviceNames = ["navigator", "generator", "coordinator", "evaluator"] as const;

export type ServiceName = (typeof serviceNames)[number];

export function isServiceName(text: string): text is ServiceName {
  return (serviceNames as readonly string[]).includes(text);
}

/**
 * The entry file of a service. Services are started as processes, never imported: the command
 * line depends on none of them, it only knows where they are in the repository.
 */
export function entryOf(name: ServiceName): string {
  return fileURLToPath(new URL(`../../../../services/${name}/src/main.ts`, import.meta.url));
}

/** Node arguments that run a service from its TypeScript source. */
export function sourceArguments(): string[] {
  return ["--conditions=@collm/source", "--import", import.meta.resolve("tsx")];
}
