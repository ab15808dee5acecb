import { describe, expect, it } from "vitest";
import { SideBySide } from "./side-by-side.js";

/** Work that says when it begins and ends, and ends when it is told. */
function piece(name: string, log: string[]) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async (): Promise<void> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
  };
  return { work, end };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("SideBySide", () => {
  it("keeps others away from who is alone, before and after", async () => {
    const log: string[] = [];
    const [a, b, suspect, c] = ["a", "b", "suspect", "c"].map((name) => piece(name, log));
    if (!a || !b || !suspect || !c) throw new Error("four pieces");
    const lock = new SideBySide();
    const all = [lock.together(a.work), lock.together(b.work), lock.alone(suspect.work)];
    all.push(lock.together(c.work));
    await settle();
    expect(log).toEqual(["a begins", "b begins"]);
    a.end();
    b.end();
    await settle();
    expect(log.slice(2)).toEqual(["a ends", "b ends", "suspect begins"]);
    suspect.end();
    await settle();
    expect(log.slice(5)).toEqual(["suspect ends", "c begins"]);
    c.end();
    await Promise.all(all);
  });

  it("goes on after work that fails, alone or not", async () => {
    const lock = new SideBySide();
    const fails = (): Promise<never> => Promise.reject(new Error("no"));
    await expect(lock.alone(fails)).rejects.toThrow("no");
    await expect(lock.together(fails)).rejects.toThrow("no");
    const log: string[] = [];
    await lock.alone(async () => void log.push("alone"));
    await lock.together(async () => void log.push("together"));
    expect(log).toEqual(["alone", "together"]);
  });
});
