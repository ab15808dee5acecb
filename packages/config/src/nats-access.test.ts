import { expect, it } from "vitest";
import { parseNatsServers } from "./nats-access.js";

it("takes the servers of a flag, and refuses a user in an address, which would be ignored, without showing it", () => {
  expect(parseNatsServers("nats://a:4222, b")).toEqual(["nats://a:4222", "b"]);
  const allowed =
    "allowed are NATS servers without user and password (COLLM_NATS_USER_FILE, COLLM_NATS_PASSWORD_FILE)";
  expect(() => parseNatsServers("nats://me:s3cret@a")).toThrow(
    `--nats: got a value that is not shown, ${allowed}`,
  );
  expect(() => parseNatsServers(" ,")).toThrow(`--nats: got " ,", ${allowed}`);
});
