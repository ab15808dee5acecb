export { encodeBzip2 } from "./testing/bzip2-writer.js";
