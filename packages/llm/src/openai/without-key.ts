/** Removes the key, and anything that looks like one, from a text for the user. */
export function withoutKeys(text: string, apiKey: string | undefined): string {
  const known = apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
  return known.replace(/\bsk-[\w*-]{4,}/g, "[key]").replace(/\bBearer\s+[^\s"]+/gi, "Bearer [key]");
}

/** Local endpoints take any key; `none` or `1` is no secret, and answers hold such words. */
const minSecretCharacters = 8;

/** Removes the key from an answer, which an endpoint or proxy may echo it in. Nothing else is touched. */
export function withoutKey(text: string, apiKey: string | undefined): string {
  const isSecret = apiKey !== undefined && apiKey.length >= minSecretCharacters;
  return isSecret ? text.replaceAll(apiKey, "[key]") : text;
}
