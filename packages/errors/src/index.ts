export { CollmError, type ErrorCode } from "./collm-error.js";
