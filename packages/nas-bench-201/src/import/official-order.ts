import {
  architectureCount,
  edges,
  operators,
  pythonBelow,
  seedPython,
  toOfficialString,
} from "@collm/search-space";

/**
 * The official list of all architectures, whose positions are the benchmark's indexes: all encodings,
 * first edge outermost, shuffled as CPython does after `random.seed(88)`.
 */
export function officialOrder(): readonly string[] {
  const list = Array.from({ length: architectureCount }, (_, code) =>
    toOfficialString(
      edges.map(
        (_, edge) =>
          Math.floor(code / operators.length ** (edges.length - 1 - edge)) % operators.length,
      ),
    ),
  );
  const twister = seedPython(88);
  for (let i = list.length - 1; i > 0; i--) {
    const j = pythonBelow(twister, i + 1);
    [list[i], list[j]] = [list[j] as string, list[i] as string];
  }
  return list;
}
