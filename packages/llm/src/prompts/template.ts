import { CollmError } from "@collm/errors";

const placeholder = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/**
 * Fills in `{{name}}` placeholders. Values are put in as they are: a value that contains `{{...}}`
 * (a strategy may) is not filled in again. A placeholder alone on its line disappears with its
 * line when its value is empty, so that optional parts leave no gap.
 *
 * @throws CollmError invalid-argument when a placeholder has no value or a value no placeholder
 */
export function renderTemplate(
  template: string,
  values: Readonly<Record<string, string>>,
  file: string,
): string {
  const used = new Set<string>();
  const lookUp = (name: string): string => {
    used.add(name);
    if (Object.hasOwn(values, name)) return values[name] as string;
    const allowed = Object.keys(values).join(", ");
    throw new CollmError("invalid-argument", `${file}: got {{${name}}}, allowed are ${allowed}`);
  };
  const lines = template.split("\n").flatMap((line) => {
    const filled = line.replaceAll(placeholder, (_, name: string) => lookUp(name));
    const isOnlyPlaceholders = line.trim() !== "" && line.replaceAll(placeholder, "").trim() === "";
    return isOnlyPlaceholders && filled.trim() === "" ? [] : [filled];
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) {
    throw new CollmError(
      "invalid-argument",
      `${file}: has no placeholder for ${unused.join(", ")}`,
    );
  }
  return lines.join("\n").trim();
}
