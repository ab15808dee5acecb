export { writeSyntheticTable } from "./testing/synthetic-table.js";
