import { describeEvaluationStore } from "./testing/evaluation-store-contract.js";
import { describeJournal } from "./testing/journal-contract.js";
import { createMemoryEvaluationStore, createMemoryJournals } from "./testing.js";

const journals = createMemoryJournals();
describeJournal("createMemoryJournals", { open: (name) => journals.open(name) });

const stores = new Map<string, ReturnType<typeof createMemoryEvaluationStore>>();
describeEvaluationStore("createMemoryEvaluationStore", {
  open(name) {
    const store = stores.get(name) ?? createMemoryEvaluationStore();
    stores.set(name, store);
    return store;
  },
});
