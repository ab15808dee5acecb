export { type FixtureOptions, runFixture } from "./testing/fixture.js";
