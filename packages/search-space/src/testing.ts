export { describeSearchSpace } from "./testing/contract.js";
export { findSchemaViolation } from "./testing/json-schema.js";
export { tinyAutoFormerSpec, tinyShuffleNetSpec, tinySpec } from "./testing/tiny-spec.js";
