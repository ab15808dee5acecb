export { CoordinatorClient } from "./coordinator-client.js";
export { Fleet, type FleetOptions } from "./embedded/fleet.js";
export { imageCacheDirectory } from "./home.js";
