export { imageCacheDirectory } from "./home.js";
