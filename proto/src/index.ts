export type * as coordinator from "#gen/collm/coordinator/v1/coordinator.js";
export {
  CoordinatorServiceClient,
  type CoordinatorServiceServer,
  CoordinatorServiceService,
} from "#gen/collm/coordinator/v1/coordinator.js";
export type * as evaluator from "#gen/collm/evaluator/v1/evaluator.js";
export {
  EvaluatorServiceClient,
  type EvaluatorServiceServer,
  EvaluatorServiceService,
} from "#gen/collm/evaluator/v1/evaluator.js";
export type * as generator from "#gen/collm/generator/v1/generator.js";
export {
  GeneratorServiceClient,
  type GeneratorServiceServer,
  GeneratorServiceService,
} from "#gen/collm/generator/v1/generator.js";
export type * as navigator from "#gen/collm/navigator/v1/navigator.js";
export {
  NavigatorServiceClient,
  type NavigatorServiceServer,
  NavigatorServiceService,
} from "#gen/collm/navigator/v1/navigator.js";
export type * as search from "#gen/collm/search/v1/search.js";
