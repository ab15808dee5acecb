import { afterAll, beforeAll, expect, it } from "vitest";
import { connectNats } from "./connection.js";
import { openSharedJournals } from "./open-shared-journals.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";

describeWithNats("openSharedJournals", () => {
  let server: TestNatsServer;
  beforeAll(async () => {
    server = await TestNatsServer.start();
  });
  afterAll(() => server.stop());

  it("makes nothing where no coordinator has been, and says so", async () => {
    const connection = await connectNats({ servers: [server.url], name: "test" });
    const opened = openSharedJournals(connection);
    await expect(opened).rejects.toMatchObject({
      code: "failed-precondition",
      message: "stream COLLM_JOURNAL: is missing; a coordinator makes it when it starts",
    });
    await connection.close();
  });
});
