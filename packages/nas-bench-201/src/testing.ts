export { readRecord } from "./import/record-file.js";
export { rowOf } from "./import/table-row.js";
export { encodeBzip2 } from "./testing/bzip2-writer.js";
export {
  encodePlain,
  NumpyNumber,
  type Plain,
  PlainTuple,
  plainRecord,
} from "./testing/plain-record.js";
