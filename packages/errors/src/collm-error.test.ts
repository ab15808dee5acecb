import { describe, expect, it } from "vitest";
import { CollmError } from "./collm-error.js";
import type { ErrorCode } from "./error-code.js";

describe("CollmError", () => {
  it("says who may try the same again: those whom time alone can help", () => {
    const isRetryable = (code: ErrorCode) => new CollmError(code, "x").isRetryable;
    expect(
      (["unavailable", "deadline-exceeded", "resource-exhausted"] as const).every(isRetryable),
    ).toBe(true);
    expect(
      (["invalid-argument", "failed-precondition", "cancelled", "internal"] as const).some(
        isRetryable,
      ),
    ).toBe(false);
  });

  it("is an error with code, message and cause", () => {
    const cause = new Error("ENOSPC");
    const error = new CollmError("resource-exhausted", "the disk is full", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "CollmError", code: "resource-exhausted", cause });
    expect(String(error)).toBe("CollmError: the disk is full");
  });
});

describe("CollmError.from", () => {
  it("leaves a CollmError as it is", () => {
    const error = new CollmError("not-found", "no such search");
    expect(CollmError.from(error)).toBe(error);
  });

  it("folds other errors into internal ones that keep the message and the cause", () => {
    const cause = new RangeError("seq: got 3");
    expect(CollmError.from(cause)).toMatchObject({
      code: "internal",
      message: "seq: got 3",
      cause,
    });
  });

  it.each([
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("why"), "Symbol(why)"],
  ])("folds what is no error: %o", (thrown, message) => {
    expect(CollmError.from(thrown)).toMatchObject({ code: "internal", message, cause: thrown });
  });
});
