export type { EndpointEnv } from "./endpoint-env.js";
export { addressesPhrase, type Env, parseAddresses, readEnv } from "./env-values.js";
export { type NatsAccessEnv, parseNatsServers, readNatsAccess } from "./nats-access.js";
export {
  fallbackProblem,
  isLastPlayer,
  type PlayerSpec,
  parsePlayer,
  playerPhrase,
  splitPlayers,
} from "./player-spec.js";
export type { PodEnv } from "./pod-env.js";
export { formatQuantity, parseQuantity } from "./quantity.js";
export { type RankEnv, readRankEnv } from "./rank-env.js";
export { type ReplayEnv, type RoleEnv, type RoleName, readRoleEnv } from "./role-env.js";
export { type RuntimeEnv, runtimeEnvSchema } from "./runtime-env.js";
export { readSearchEnvironment } from "./search-environment.js";
export {
  type NavigatorSettings,
  type RoleSettings,
  type SearchFile,
  searchFileSchema,
} from "./search-file.js";
export {
  changeSettings,
  readYaml,
  resolveSettings,
  type SearchSettings,
  type SettingsSource,
} from "./search-settings.js";
export {
  type CommonEnv,
  type CoordinatorEnv,
  coordinatorEnvSchema,
  type EvaluatorEnv,
  evaluatorEnvSchema,
  type JournalsEnv,
  roleServiceEnvSchema,
  type StorageEnv,
} from "./service-env.js";
export { isServiceVariable, type ServiceName, serviceNames } from "./service-variables.js";
export type { NatsEnv, StoreEnv } from "./store-env.js";
export { readTlsEnv, type TlsEnv } from "./tls-env.js";
