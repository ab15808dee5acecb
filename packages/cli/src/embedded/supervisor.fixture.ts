import { createServer } from "node:net";

/** A service for `supervisor.test.ts`: a real port and a real life line, and nothing behind them. */
const { COLLM_PORT, FIXTURE_MODE } = process.env;
const isFirstLife = COLLM_PORT === "0";
process.once("disconnect", () => process.exit(1));

if (FIXTURE_MODE === "fail") {
  process.send?.({ kind: "failed", code: "invalid-argument", message: "port: got x" }, () =>
    process.exit(2),
  );
} else if (FIXTURE_MODE === "hang" && !isFirstLife) {
  process.stdout.write(`hanging ${process.pid}\n`);
  setInterval(() => {}, 60_000);
} else {
  // Who is stubborn can only be killed.
  process.on("SIGTERM", () => FIXTURE_MODE === "stubborn" || process.exit(0));
  const server = createServer();
  server.listen(Number(COLLM_PORT), "127.0.0.1", () => {
    const address = server.address();
    if (typeof address !== "object") process.exit(1);
    process.send?.({ kind: "ready", port: address?.port });
  });
}
