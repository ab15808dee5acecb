export { findNatsServer, type TestNatsOptions, TestNatsServer } from "./testing/nats-server.js";
export { countQueued, emptyFiller, fillQueue } from "./testing/queue-probe.js";
export { describeWithNats } from "./testing/with-nats.js";
