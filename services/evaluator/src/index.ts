export {
  EvaluationRunner,
  type EvaluationTask,
  type RunnerOptions,
  type RunOptions,
} from "./evaluation-runner.js";
export { startEvaluator } from "./start.js";
