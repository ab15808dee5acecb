export { type CheckedValue, checkValue, type FieldName, fieldName } from "./check-value.js";
export { CollmError, type ErrorCode } from "./collm-error.js";
