import { frontJsonSchema } from "../src/front/schema.js";
import { resultJsonSchema } from "../src/result/schema.js";

// Run by `pnpm generate`, which writes them to result.schema.json and front.schema.json.
const schema = process.argv[2] === "front" ? frontJsonSchema() : resultJsonSchema();
process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
