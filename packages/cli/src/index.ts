export { CoordinatorClient } from "./coordinator-client.js";
export { imageCacheDirectory } from "./home.js";
export { RunDirectory } from "./run-directory.js";
export { runSource } from "./watch/watch-source.js";
