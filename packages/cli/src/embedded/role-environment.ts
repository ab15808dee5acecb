import type { NavigatorSettings, RoleName, RoleSettings } from "@collm/config";

/**
 * The environment of a role's service for what the settings of a search say about the role. What they
 * do not say is left out: the service reads its own environment. Settings that name a backend say who
 * stands in for it, too, if only that nobody does; a folder of settings in the environment then says nothing.
 *
 * @param prompts prompt set; absent leaves it to the service
 */
export function roleEnvironment(
  role: RoleName,
  settings: NavigatorSettings | RoleSettings = {},
  prompts?: string,
): Record<string, string> {
  const prefix = `COLLM_${role.toUpperCase()}_`;
  const { fallback, extraBody, backend, ...others } = settings;
  // Empty means unset.
  const nobody = backend === undefined ? undefined : "";
  const values = {
    ...others,
    backend,
    prompts,
    fallback: fallback?.join(",") ?? nobody,
    configDir: nobody,
    // A key in the environment would be a second one.
    ...(settings.apiKeyFile === undefined ? {} : { apiKey: "" }),
    extraBody: extraBody && JSON.stringify(extraBody),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[prefix + variableOf(key), String(value)]],
    ),
  );
}

/** `MAX_OUTPUT_TOKENS` for `maxOutputTokens`. */
function variableOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
