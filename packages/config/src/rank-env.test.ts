import { describe, expect, it } from "vitest";
import { readRankEnv } from "./rank-env.js";

const url = "http://localhost:8000/v1";

describe("readRankEnv", () => {
  it("has defaults for everything and needs no key", () => {
    expect(readRankEnv({}, url)).toEqual({
      apiKey: undefined,
      temperature: 0.6,
      maxOutputTokens: 8192,
      timeoutMs: 300_000,
      prompts: "default",
    });
  });

  it("takes its own key, else the Navigator's", () => {
    const navigator = { COLLM_NAVIGATOR_API_KEY: "n" };
    expect(readRankEnv({ ...navigator, COLLM_RANK_API_KEY: "r" }, url).apiKey).toBe("r");
    expect(readRankEnv(navigator, url).apiKey).toBe("n");
    expect(readRankEnv({ ...navigator, COLLM_NAVIGATOR_BASE_URL: url }, url).apiKey).toBe("n");
  });

  it("sends the Navigator's key to no other endpoint than the Navigator's", () => {
    const env = { COLLM_NAVIGATOR_API_KEY: "n", COLLM_NAVIGATOR_BASE_URL: url };
    expect(readRankEnv(env, "http://elsewhere/v1").apiKey).toBeUndefined();
    expect(readRankEnv(env, undefined).apiKey).toBeUndefined();
  });

  it("names what is wrong and shows no key", () => {
    const read = () => readRankEnv({ COLLM_RANK_API_KEY: "a b", COLLM_RANK_TEMPERATURE: "3" }, url);
    expect(read).toThrow(/COLLM_RANK_API_KEY: got a value that is not shown, allowed is printable/);
    expect(read).toThrow(/COLLM_RANK_TEMPERATURE: got "3", allowed is a number from 0 to 2/);
  });
});
