export { type CheckedValue, checkValue, type FieldName, fieldName } from "./check-value.js";
export { CollmError } from "./collm-error.js";
export type { ErrorCode } from "./error-code.js";
export { fileError, withFile } from "./file-error.js";
export { hideCredentials } from "./hide-credentials.js";
export { errnoOf } from "./system-problem.js";
