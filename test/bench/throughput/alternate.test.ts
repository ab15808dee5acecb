import { expect, test } from "vitest";
import { alternate, ratios } from "./alternate.js";

test("alternate times everybody once a round, each round beginning with another one", async () => {
  const order: string[] = [];
  const contender = (name: string, perSecond: number) => ({
    name,
    time: async () => {
      order.push(name);
      return { perSecond, perCpuSecond: perSecond / 2 };
    },
  });
  const rates = await alternate([contender("a", 10), contender("b", 5)], { rounds: 2, seconds: 1 });
  expect(order).toEqual(["a", "b", "b", "a"]);
  const [a = [], b = []] = ["a", "b"].map((name) => rates.get(name)?.map((r) => r.perSecond));
  expect(a).toEqual([10, 10]);
  expect(ratios(a, b)).toEqual([2, 2]);
});
