import { isRoleVariable } from "./role-env.js";
import { coordinatorEnvSchema, evaluatorEnvSchema, roleServiceEnvSchema } from "./service-env.js";

/** The services, as their folders are called. */
export const serviceNames = ["navigator", "generator", "coordinator", "evaluator"] as const;
export type ServiceName = (typeof serviceNames)[number];

const shapes = {
  navigator: roleServiceEnvSchema.in.shape,
  generator: roleServiceEnvSchema.in.shape,
  coordinator: coordinatorEnvSchema.in.shape,
  evaluator: evaluatorEnvSchema.in.shape,
} as const satisfies Record<ServiceName, object>;

/**
 * Whether a service reads a variable of this name. Reading ignores what it does not know, so whoever
 * writes environments for others (manifests, compose files) asks here for misspelt ones.
 */
export function isServiceVariable(service: ServiceName, name: string): boolean {
  if (name in shapes[service]) return true;
  return (service === "navigator" || service === "generator") && isRoleVariable(service, name);
}
