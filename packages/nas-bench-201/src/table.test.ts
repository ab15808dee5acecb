import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors } from "@collm/checkpoint";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTable, type TableContent, writeTable } from "./table.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-table-"));
});
afterAll(() => rm(folder, { recursive: true }));

const choices = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 });
/** Tables of different architectures with columns of any numbers, NaN among them. */
const tables = fc
  .uniqueArray(choices, { minLength: 1, maxLength: 20, selector: (cell) => cell.join("") })
  .chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.dictionary(
        fc.stringMatching(/^[a-z0-9/-]{1,20}$/),
        fc.float64Array({ minLength: rows.length, maxLength: rows.length }),
        { maxKeys: 4 },
      ),
    }),
  );

describe("writeTable and openTable", () => {
  it("give back every architecture and number, bit by bit", async () => {
    const path = join(folder, "any.safetensors");
    await fc.assert(
      fc.asyncProperty(tables, async ({ rows, columns }) => {
        const content: TableContent = {
          architectures: Uint8Array.from(rows.flat()),
          columns: new Map(Object.entries(columns)) as TableContent["columns"],
          provenance: { source: "a test" },
        };
        await writeTable(path, content);
        const table = await openTable(path);
        expect(table.rows).toBe(rows.length);
        expect(table.provenance).toEqual({ source: "a test" });
        expect([...table.columnNames].sort()).toEqual(Object.keys(columns).sort());
        for (const [row, cell] of rows.entries()) {
          expect(table.rowOf(cell)).toBe(row);
          expect(table.choicesOf(row)).toEqual(cell);
        }
        for (const [name, numbers] of Object.entries(columns)) {
          expect(await table.column(name)).toEqual(numbers);
        }
        await table.close();
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("say where an architecture or a column is missing", async () => {
    const path = join(folder, "one.safetensors");
    await writeTable(path, content([[0, 1, 2, 3, 4, 0]]));
    const table = await openTable(path);
    expect(table.rowOf([0, 0, 0, 0, 0, 0])).toBeUndefined();
    await expect(table.column("cifar10/200/flops")).rejects.toThrow("has no column");
    await table.close();
  });

  it("leave nothing behind where the table cannot be written", async () => {
    const nowhere = join(folder, "missing", "table.safetensors");
    await expect(writeTable(nowhere, content([[0, 0, 0, 0, 0, 0]]))).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it.each([
    [
      "two rows of one architecture",
      [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 1, 1],
      ],
      "are of one",
    ],
    ["an operator that there is not", [[1, 1, 1, 1, 1, 5]], "row 0 is no architecture"],
  ])("refuse %s", async (_, rows, message) => {
    const path = join(folder, "bad.safetensors");
    await writeTable(path, content(rows));
    await expect(openTable(path)).rejects.toThrow(message);
  });

  it("refuse a safetensors file of something else", async () => {
    const path = join(folder, "weights.safetensors");
    await writeFile(path, encodeSafetensors(new Map()));
    await expect(openTable(path)).rejects.toThrow("a safetensors file of something else");
  });
});

function content(rows: readonly (readonly number[])[]): TableContent {
  return { architectures: Uint8Array.from(rows.flat()), columns: new Map(), provenance: {} };
}
