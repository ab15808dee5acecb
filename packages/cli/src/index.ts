export { CoordinatorClient } from "./coordinator-client.js";
export { imageCacheDirectory } from "./home.js";
