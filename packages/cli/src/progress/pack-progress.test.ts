import { describe, expect, it } from "vitest";
import type { Output } from "../output.js";
import { PackProgressLine } from "./pack-progress.js";

function screen(isTerminal: boolean): Output & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    isTerminal,
    columns: 60,
    say: (line) => void lines.push(line),
    draw: (text) => {
      // One line up, erase below.
      expect(text).toBe("\u001b[1A\u001b[0J");
      lines.pop();
    },
    print: () => expect.unreachable("progress is for people"),
  };
}

describe("PackProgressLine", () => {
  it("redraws one line on a terminal, not for every image", () => {
    const output = screen(true);
    let nowMs = 1000;
    const line = new PackProgressLine(output, () => nowMs);
    for (let done = 1; done <= 400; done++) {
      nowMs += 10;
      line.show("packing", { imagesDone: done, imagesTotal: 10_000, corrupt: done > 300 ? 2 : 0 });
    }
    expect(output.lines).toEqual(["packing: 381 of 10000 images, 2 corrupt, 100 images/s, 2 mi"]);
    line.clear();
    expect(output.lines).toEqual([]);
  });

  it("says a line every ten seconds elsewhere", () => {
    const output = screen(false);
    let nowMs = 0;
    const line = new PackProgressLine(output, () => nowMs);
    for (let done = 1; done <= 30; done++) {
      line.show("packing", { imagesDone: done, imagesTotal: 40, corrupt: 0 });
      nowMs += 1000;
    }
    line.clear();
    expect(output.lines).toEqual([
      "packing: 11 of 40 images, 1 images/s, 27 s left",
      "packing: 21 of 40 images, 1 images/s, 19 s left",
    ]);
  });
});
