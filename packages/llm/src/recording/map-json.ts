/** A JSON value with parts of it changed; what was changed is not looked into. */
export function mapJson(value: unknown, change: (part: unknown) => unknown): unknown {
  const changed = change(value);
  if (changed !== value || typeof value !== "object" || value === null) return changed;
  if (Array.isArray(value)) return value.map((part) => mapJson(part, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, mapJson(part, change)]),
  );
}
