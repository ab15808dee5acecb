import { readFile } from "node:fs/promises";
import { readYaml } from "@collm/config";
import { CollmError, checkValue, withFile } from "@collm/errors";
import { z } from "zod";

/** A file that must be there. */
export interface ListedFile {
  /** `http`, `https` or `file`. What stands behind `?` may be a signature: it is never shown. */
  readonly url: string;
  /** Of its content, 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  /** Relative to the folder that files are fetched to. */
  readonly path: string;
}

const pathPhrase = "a relative path without . and ..";

function isInside(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split("/").every((part) => !["", ".", ".."].includes(part));
}

const fileSchema = z
  .strictObject({
    url: z.url({ protocol: /^(https?|file)$/, error: "an http, https or file URL" }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, "a SHA-256 of 64 hexadecimal digits")
      .toLowerCase(),
    path: z.string().refine(isInside, { error: pathPhrase, abort: true }).optional(),
  })
  .transform(({ url, sha256, path }, context): ListedFile => {
    const { username, password, pathname } = new URL(url);
    if (username !== "" || password !== "") {
      context.addIssue({
        code: "custom",
        path: ["url"],
        message: "must be without user name and password (a signed URL is kept secret)",
      });
    }
    const named = path ?? nameIn(pathname);
    if (isInside(named)) return { url, sha256, path: named };
    context.addIssue({
      code: "custom",
      path: ["path"],
      message: "must be set where the URL does not end in a file's name",
    });
    return z.NEVER;
  });

function nameIn(pathname: string): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    const name = decodeURIComponent(last);
    return name.includes("/") ? "" : name;
  } catch {
    return last;
  }
}

const listSchema = z
  .array(fileSchema)
  .min(1)
  .superRefine((files, context) => {
    const paths = files.map(({ path }) => path);
    paths.forEach((path, i) => {
      if (paths.indexOf(path) === i) return;
      context.addIssue({
        code: "custom",
        path: [i, "path"],
        message: `"${path}" is an earlier file's already`,
      });
    });
  });

/**
 * Reads a list of files to fetch: YAML (or JSON), a list of `{ url, sha256, path }`; without `path` a
 * file is called as the URL ends.
 *
 * @throws CollmError that names list, field, value and what is allowed
 */
export async function readFetchList(path: string): Promise<readonly ListedFile[]> {
  const text = await withFile("list", path, () => readFile(path, "utf8"));
  const checked = checkValue(listSchema, readYaml(path, text).values);
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("invalid-argument", `${path}: ${checked.problems.join("; ")}`);
}
