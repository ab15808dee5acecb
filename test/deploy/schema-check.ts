import { CollmError } from "@collm/errors";
import { type Manifest, titleOf } from "./manifest.js";

/** Packages with the schemas of other API groups than Kubernetes' own. */
const packages: Readonly<Record<string, string>> = {
  "keda.sh": "@kubernetes-models/keda",
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
};

interface ModelClass {
  readonly prototype: { validate(): void };
}

/**
 * What is wrong with objects by the schemas of their kinds: values, missing fields, and fields that the
 * kind does not have.
 *
 * The packages hold compiled validators, which let unknown fields pass and no longer know a list of the
 * known ones. But a validator reads each field that it knows, so a field that it never read is unknown.
 */
export async function schemaProblems(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const problems = await Promise.all(manifests.map(problemsOf));
  return problems.flat();
}

async function problemsOf(manifest: Manifest): Promise<readonly string[]> {
  const title = titleOf(manifest);
  const model = await modelOf(manifest);
  if (model === undefined) {
    return [`${title}: there is no kind ${manifest.kind} in ${manifest.apiVersion}`];
  }
  const reader = new ReadRecorder();
  const watched = reader.watch(manifest, "");
  const problems: string[] = [];
  try {
    model.prototype.validate.call(watched);
  } catch (error) {
    problems.push(CollmError.from(error).message);
  }
  problems.push(...reader.unreadFields().map((field) => `${field} is no field of this kind`));
  return problems.map((problem) => `${title}: ${problem}`);
}

async function modelOf({ apiVersion, kind }: Manifest): Promise<ModelClass | undefined> {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const module = `${packages[group] ?? "kubernetes-models"}/${apiVersion}/${kind}`;
  try {
    return ((await import(module)) as Readonly<Record<string, ModelClass>>)[kind];
  } catch {
    return undefined;
  }
}

/** Hands out copies of objects that remember which of their fields were read. */
class ReadRecorder {
  readonly #objects: {
    readonly path: string;
    readonly fields: readonly string[];
    readonly read: Set<PropertyKey>;
  }[] = [];

  watch(value: unknown, path: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item, i) => this.watch(item, `${path}[${i}]`));
    const read = new Set<PropertyKey>();
    this.#objects.push({ path, fields: Object.keys(value), read });
    const copy = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.watch(inner, pathOf(path, key))]),
    );
    return new Proxy(copy, {
      get: (target, key, receiver) => {
        read.add(key);
        return Reflect.get(target, key, receiver);
      },
    });
  }

  /** Without those inside an unread field. */
  unreadFields(): readonly string[] {
    const unread = this.#objects.flatMap(({ path, fields, read }) =>
      fields.filter((field) => !read.has(field)).map((field) => pathOf(path, field)),
    );
    return unread.filter((one) => !unread.some((other) => isInside(one, other)));
  }
}

function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

function pathOf(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
