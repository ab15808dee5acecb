export { MountedFolder } from "./testing/mounted-folder.js";
