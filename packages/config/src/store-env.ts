import { z } from "zod";
import { integer, list, text } from "./env-values.js";
import {
  type NatsAccessEnv,
  natsAccessOf,
  natsAccessShape,
  natsServersPhrase,
} from "./nats-access.js";

/** Where evaluations are kept. With NATS they also go through its queue; all services need the same values. */
export const storeShape = {
  /** Folder of the evaluation store, shared by coordinator and evaluator; not with NATS. */
  COLLM_EVALUATIONS_DIR: text("a folder").optional(),
  /** Servers, separated by commas; unset means that coordinator and evaluator talk directly. */
  COLLM_NATS_URL: list("NATS servers separated by commas")
    .refine((servers) => servers.every((server) => !server.includes("@")), {
      message: natsServersPhrase,
    })
    .optional(),
  ...natsAccessShape,
  /** Copies of streams and buckets, 1 or 3. */
  COLLM_NATS_REPLICAS: integer(1, 5).default(1),
  /** How long an evaluator may be silent before its work goes to another. */
  COLLM_ACK_WAIT_MS: integer(100, 3_600_000, "milliseconds").default(30_000),
  /** How often an evaluator says that it works; a third of the ack wait or less. */
  COLLM_BEAT_MS: integer(10, 1_200_000, "milliseconds").default(10_000),
  /** How long a search stays with a coordinator that died; its bucket keeps what it was made with. */
  COLLM_LEASE_MS: integer(300, 3_600_000, "milliseconds").default(10_000),
  /**
   * Evaluators that may die on one evaluation, its first delivery apart, before it is given up; it may
   * fail as often for reasons of the moment. Read by evaluators.
   */
  COLLM_MAX_DELIVER: integer(1, 1_000).default(5),
  /** Evaluations that may wait in the queue. */
  COLLM_MAX_WAITING: integer(1, 10_000_000).default(10_000),
};

/** How to reach NATS and what its queue is like. */
export interface NatsEnv {
  readonly servers: readonly string[];
  readonly access?: NatsAccessEnv;
  readonly replicas: number;
  readonly ackWaitMs: number;
  readonly beatMs: number;
  readonly leaseMs: number;
  readonly maxDeliver: number;
  readonly maxWaiting: number;
}

const storeObject = z.object(storeShape);

/** Undefined without NATS. */
function toNatsEnv(
  env: z.infer<typeof storeObject>,
  context: z.RefinementCtx,
): NatsEnv | undefined {
  if (env.COLLM_NATS_URL === undefined) return undefined;
  if (env.COLLM_BEAT_MS * 3 > env.COLLM_ACK_WAIT_MS) {
    context.addIssue({
      code: "custom",
      path: ["COLLM_BEAT_MS"],
      message: `at most a third of COLLM_ACK_WAIT_MS, ${env.COLLM_ACK_WAIT_MS}`,
    });
    return z.NEVER;
  }
  return {
    servers: env.COLLM_NATS_URL,
    access: natsAccessOf(env, context),
    replicas: env.COLLM_NATS_REPLICAS,
    ackWaitMs: env.COLLM_ACK_WAIT_MS,
    beatMs: env.COLLM_BEAT_MS,
    leaseMs: env.COLLM_LEASE_MS,
    maxDeliver: env.COLLM_MAX_DELIVER,
    maxWaiting: env.COLLM_MAX_WAITING,
  };
}

/** The evaluation store: a folder, or with NATS a bucket beside the queue. */
export type StoreEnv =
  | { readonly kind: "files"; readonly evaluationsDir: string }
  | { readonly kind: "nats"; readonly nats: NatsEnv };

export function storeOf(env: z.infer<typeof storeObject>, context: z.RefinementCtx): StoreEnv {
  const nats = toNatsEnv(env, context);
  if (nats) return { kind: "nats", nats };
  const evaluationsDir = env.COLLM_EVALUATIONS_DIR;
  if (evaluationsDir !== undefined) return { kind: "files", evaluationsDir };
  context.addIssue({
    code: "custom",
    path: ["COLLM_EVALUATIONS_DIR"],
    message: "a folder, or COLLM_NATS_URL instead of it",
  });
  return z.NEVER;
}
