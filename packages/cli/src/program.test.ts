import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createProgram } from "./program.js";

const document = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

/** Flags that are no settings of a search. */
const others = ["--config", "--coordinator", "--out", "--no-test", "--json"];

describe("createProgram", () => {
  it("gives `search` the flags that docs/configuration.md names, and no other setting", () => {
    const search = createProgram().commands.find((command) => command.name() === "search");
    const flags = (search?.options ?? []).map(({ long }) => long ?? "");
    const documented = [...document.matchAll(/\| `(--[a-z-]+)` *\|$/gm)].map(([, flag]) => flag);
    expect([...new Set([...documented, ...others])].sort()).toEqual([...flags].sort());
  });
});
