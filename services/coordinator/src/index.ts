export { startCoordinator } from "./start.js";
