import { fnv1a } from "@collm/search-space";

/**
 * Tells requests of roles apart: 16 hexadecimal digits of the request's JSON, whatever the order
 * of its keys. A replay sees by it that a role would be asked something else; the requests
 * themselves follow from the journal and are too long to repeat in it. Not meant against forgers.
 */
export function requestDigest(request: object): string {
  const text = JSON.stringify(request, sortedKeys);
  return [fnv1a(`a${text}`), fnv1a(`b${text}`)]
    .map((half) => half.toString(16).padStart(8, "0"))
    .join("");
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
