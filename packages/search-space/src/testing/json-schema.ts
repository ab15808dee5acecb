/** Keywords that the checker knows; a schema with another one is refused, not half checked. */
const annotations = new Set(["$schema", "title", "description"]);
const keywords = new Set([
  "type",
  "enum",
  "const",
  "anyOf",
  "pattern",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
]);

type Schema = Readonly<Record<string, unknown>>;

/**
 * Where `value` breaks a JSON Schema (2020-12), or undefined if it does not. It knows the keywords
 * that constrained decoders know, which is all that a space's schema should use.
 */
export function findSchemaViolation(
  schema: Schema | boolean,
  value: unknown,
  path = "$",
): string | undefined {
  if (typeof schema === "boolean") return schema ? undefined : `${path}: nothing is allowed here`;
  for (const keyword of Object.keys(schema)) {
    if (!keywords.has(keyword) && !annotations.has(keyword)) {
      throw new RangeError(`${path}: keyword ${keyword} is not known`);
    }
  }
  const type = schema.type;
  if (type !== undefined && !hasType(value, type)) {
    return `${path}: is ${typeOf(value)}, allowed is ${String(type)}`;
  }
  const options = schema.enum as readonly unknown[] | undefined;
  if (options && !options.includes(value)) return `${path}: ${String(value)} is not in the enum`;
  if ("const" in schema && schema.const !== value) return `${path}: is not the constant`;
  const pattern = schema.pattern as string | undefined;
  if (pattern !== undefined && typeof value === "string" && !new RegExp(pattern, "u").test(value)) {
    return `${path}: does not match ${pattern}`;
  }
  const anyOf = schema.anyOf as readonly Schema[] | undefined;
  if (anyOf?.every((option) => findSchemaViolation(option, value, path) !== undefined)) {
    return `${path}: matches no option of anyOf`;
  }
  if (Array.isArray(value)) return violationInArray(schema, value, path);
  if (typeOf(value) === "object") {
    return violationInObject(schema, value as Readonly<Record<string, unknown>>, path);
  }
  return undefined;
}

function violationInArray(schema: Schema, list: readonly unknown[], path: string) {
  const minItems = (schema.minItems as number | undefined) ?? 0;
  const maxItems = (schema.maxItems as number | undefined) ?? Number.POSITIVE_INFINITY;
  if (list.length < minItems || list.length > maxItems) return `${path}: has ${list.length} items`;
  const first = (schema.prefixItems as readonly Schema[] | undefined) ?? [];
  const others = (schema.items as Schema | boolean | undefined) ?? true;
  return list
    .map((value, i) => findSchemaViolation(first[i] ?? others, value, `${path}[${i}]`))
    .find((violation) => violation !== undefined);
}

function violationInObject(
  schema: Schema,
  record: Readonly<Record<string, unknown>>,
  path: string,
): string | undefined {
  const properties = (schema.properties as Readonly<Record<string, Schema>> | undefined) ?? {};
  const required = (schema.required as readonly string[] | undefined) ?? [];
  const missing = required.find((key) => record[key] === undefined);
  if (missing !== undefined) return `${path}: lacks ${missing}`;
  const others = (schema.additionalProperties as Schema | boolean | undefined) ?? true;
  return Object.entries(record)
    .map(([key, value]) => findSchemaViolation(properties[key] ?? others, value, `${path}.${key}`))
    .find((violation) => violation !== undefined);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function hasType(value: unknown, type: unknown): boolean {
  return type === "integer" ? Number.isInteger(value) : typeOf(value) === type;
}
