import { expect, test } from "vitest";
import { alternate, ratios } from "./alternate.js";

test("alternate times everybody once a round, each round beginning with another one", async () => {
  const order: string[] = [];
  const contender = (name: string, rate: number) => ({
    name,
    time: async () => {
      order.push(name);
      return rate;
    },
  });
  const rates = await alternate([contender("a", 10), contender("b", 5)], { rounds: 2, seconds: 1 });
  expect(order).toEqual(["a", "b", "b", "a"]);
  expect(rates.get("a")).toEqual([10, 10]);
  expect(ratios(rates.get("a") ?? [], rates.get("b") ?? [])).toEqual([2, 2]);
});
