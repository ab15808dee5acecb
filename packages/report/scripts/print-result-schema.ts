import { resultJsonSchema } from "../src/result/schema.js";

// Run by `pnpm generate`, which writes it to result.schema.json.
process.stdout.write(`${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
