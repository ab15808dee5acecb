import { describe, expect, it } from "vitest";
import { describeRoles } from "./role-labels.js";

const nobody = { navigator: undefined, generator: undefined };

describe("describeRoles", () => {
  it("needs nobody for a searcher without a model", async () => {
    expect(await describeRoles("evolution", nobody)).toEqual({});
  });

  it.each([
    ["collm", "navigator"],
    ["opro", "generator"],
  ] as const)("refuses %s where there is no %s", async (searcher, role) => {
    await expect(describeRoles(searcher, nobody)).rejects.toMatchObject({
      code: "failed-precondition",
      message: `searcher: got "${searcher}", which needs a ${role}, and this coordinator has none (COLLM_${role.toUpperCase()}_ADDRESS)`,
    });
  });
});
