import type { Container, Manifests } from "./manifests.js";

/** What the downward API tells a pod of itself. */
export interface PodFields {
  readonly "metadata.name": string;
  readonly "metadata.namespace": string;
  readonly "status.podIP": string;
  readonly "spec.nodeName": string;
}

/** A container's environment as kubelet makes it: `envFrom`, `env`, then `$(NAME)` in values. */
export function environmentOf(
  container: Container,
  manifests: Manifests,
  fields: PodFields,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const kind = configMapRef ? "ConfigMap" : "Secret";
    const reference = configMapRef ?? secretRef;
    const contents = reference && manifests.contentsOf(kind, reference.name);
    if (!contents && !reference?.optional) throw new Error(`no ${kind} ${reference?.name}`);
    for (const [key, value] of Object.entries(contents ?? {})) values[`${prefix}${key}`] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      values[name] = expand(value ?? "", values);
    } else if (valueFrom.fieldRef) {
      const { fieldPath } = valueFrom.fieldRef;
      const field = fields[fieldPath as keyof PodFields];
      if (field === undefined) throw new Error(`${name}: no field ${fieldPath}`);
      values[name] = field;
    } else {
      const kind = valueFrom.configMapKeyRef ? "ConfigMap" : "Secret";
      const reference = valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef;
      if (!reference) throw new Error(`${name}: its source is not known here`);
      const found = manifests.contentsOf(kind, reference.name)?.[reference.key];
      if (found !== undefined) values[name] = found;
      else if (!reference.optional) {
        throw new Error(`${name}: ${kind} ${reference.name} has no ${reference.key}`);
      }
    }
  }
  return values;
}

/** Kubernetes' `$(NAME)`; a name that is not known stays as it is. */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/gu,
    (whole, name) => values[name] ?? whole,
  );
}
