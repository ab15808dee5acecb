import type { DemoSplit } from "./splits.js";

/** sha256 of each split's file. They change only with the pictures, and then the supernet must be trained again. */
export const demoImageDigests = {
  train: "8f8ff818db87cb0091bb75cef64146f9f0842731b021c53a70c20860021f7534",
  calibration: "d58e7aa56c5c6b59fb6231a428175cb6506b6976b847239da564b95d2a8af0dd",
  validation: "07c8b111fcd673e44b43adad3e664ffc93bc6fe4a379d16de341e38267829333",
  test: "2f290eb46656db770afcb50f3053e5ae9eb3be79856372208ce4e7f036ddeb49",
} as const satisfies Record<DemoSplit, string>;
