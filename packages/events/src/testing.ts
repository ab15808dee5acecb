export { findNatsServer, TestNatsServer } from "./testing/nats-server.js";
export { describeWithNats } from "./testing/with-nats.js";
