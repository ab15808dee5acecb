import { checkValue, fieldName } from "@collm/errors";
import {
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
  type SupernetSpec,
  supernetSpecSchema,
} from "@collm/search-space";
import { z } from "zod";
import { InvalidManifestError } from "./invalid-manifest-error.js";
import {
  autoFormerTableSchema,
  commonFields,
  familySchema,
  ofaTableSchema,
  publishedAutoFormerSchema,
  publishedOfaSchema,
  shuffleNetSchema,
} from "./manifest-schema.js";

const commonSchema = z.object(commonFields);

/** What every manifest may say, whatever its family. */
export type CommonFields = z.infer<typeof commonSchema>;

/**
 * Checks a manifest's keys and values and takes them apart: what describes the network and what is
 * the same for all families. Throws `InvalidManifestError` with every problem found.
 */
export function readManifestFields(
  file: string,
  value: unknown,
): { readonly common: CommonFields; readonly spec: SupernetSpec } {
  const check = <T>(schema: z.ZodType<T>, unchecked: unknown = value): T => {
    const checked = checkValue(schema, unchecked, (path) => fieldName(path, "the manifest"));
    if (checked.kind === "valid") return checked.value;
    throw new InvalidManifestError(file, checked.problems);
  };
  const named = check(familySchema);
  switch (named.family) {
    case "ofa-mobilenet-v3": {
      if (!("width" in named)) return takeApart(check, check(ofaTableSchema));
      const fields = check(publishedOfaSchema);
      const published = publishedOfaSpec(fields.width);
      const resolutions = fields.resolutions ?? published.resolutions;
      return { common: fields, spec: check(supernetSpecSchema, { ...published, resolutions }) };
    }
    case "spos-shufflenet-v2": {
      const { common, spec } = split(check(shuffleNetSchema));
      const said = Object.fromEntries(
        Object.entries(spec).filter(([, given]) => given !== undefined),
      );
      return { common, spec: check(supernetSpecSchema, { ...publishedShuffleNetSpec(), ...said }) };
    }
    case "autoformer": {
      if (!("size" in named)) return takeApart(check, check(autoFormerTableSchema));
      const fields = check(publishedAutoFormerSchema);
      return { common: fields, spec: publishedAutoFormerSpec(fields.size, fields.headChoices) };
    }
  }
}

/** A network that is spelled out, with the rules that hold between its fields. */
function takeApart(
  check: <T>(schema: z.ZodType<T>, checked: unknown) => T,
  fields: CommonFields,
): { readonly common: CommonFields; readonly spec: SupernetSpec } {
  const { common, spec } = split(fields);
  return { common, spec: check(supernetSpecSchema, spec) };
}

function split(fields: CommonFields): { readonly common: CommonFields; readonly spec: object } {
  const isCommon = (key: string): boolean => key in commonFields;
  const pick = (wanted: boolean): object =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => isCommon(key) === wanted));
  return { common: pick(true) as CommonFields, spec: pick(false) };
}
