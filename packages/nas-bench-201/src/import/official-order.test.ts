import { describe, expect, it } from "vitest";
import { officialOrder } from "./official-order.js";

describe("officialOrder", () => {
  it("is the list of the official files, where they print some of it", () => {
    const order = officialOrder();
    expect(order).toHaveLength(15_625);
    expect(new Set(order).size).toBe(15_625);
    expect([order[0], order[9], order[123], order[11_472]]).toEqual([
      "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
      "|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
      "|avg_pool_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|nor_conv_3x3~2|",
      "|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|",
    ]);
  });
});
