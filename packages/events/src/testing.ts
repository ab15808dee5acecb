export { findNatsServer, type TestNatsOptions, TestNatsServer } from "./testing/nats-server.js";
export { countQueued, emptyFiller, explainQueue, fillQueue } from "./testing/queue-probe.js";
export { describeWithNats } from "./testing/with-nats.js";
